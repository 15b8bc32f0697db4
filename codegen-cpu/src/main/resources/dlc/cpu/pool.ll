; The thread pool: workers that spin for a while and then sleep on a futex.
;
; dlc_parallel(fn, state, work, count) runs fn(state, work, begin, end) on consecutive parts of
; [0, count), as many as there are threads, and returns when all are done. A part is claimed by
; whoever comes first, the caller included, so that a worker that the system keeps waiting holds
; nobody up. Parts depend on the number of threads; a kernel's results do not, as no iteration depends
; on another. Only one thread may call it at a time.
;
; The ticket holds the number of the job in its upper half and that of the next part in its lower
; half. A claim is a compare and exchange of the whole ticket: when it succeeds, the job's fields that
; were read before it are those of this job, since the caller changes them only after all parts are done.
;
; Workers compute with floats in the mode of the caller; @mode and @set_mode are appended.

@workers = internal global i64 0
@ticket = internal global i64 0, align 64
@finished = internal global i64 0, align 64
@generation = internal global i32 0, align 64
@sleepers = internal global i32 0, align 64
@stopping = internal global i32 0
@job.fn = internal global ptr null
@job.state = internal global ptr null
@job.work = internal global ptr null
@job.count = internal global i64 0
@job.parts = internal global i64 0
@job.cpu = internal global i32 -1
@job.mode = internal global i32 0
@allowed = internal global [16 x i64] zeroinitializer
@threads = internal global [256 x i64] zeroinitializer

declare i32 @pthread_create(ptr, ptr, ptr, ptr)
declare i32 @pthread_join(i64, ptr)
declare i32 @sched_yield()
declare i32 @sched_getcpu()
declare i32 @sched_getaffinity(i32, i64, ptr)
declare i32 @sched_setaffinity(i32, i64, ptr)
declare i64 @syscall(i64, ...)
declare void @PAUSE()

; Runs parts of job %job until none is left to claim.
define internal void @run_parts(i64 %job) {
entry:
  br label %claim

claim:
  %now = load atomic i64, ptr @ticket acquire, align 8
  %current = lshr i64 %now, 32
  %same = icmp eq i64 %current, %job
  br i1 %same, label %read, label %exit

read:
  %id = and i64 %now, 4294967295
  %n = load i64, ptr @job.parts
  %fn = load ptr, ptr @job.fn
  %state = load ptr, ptr @job.state
  %work = load ptr, ptr @job.work
  %count = load i64, ptr @job.count
  %open = icmp ult i64 %id, %n
  br i1 %open, label %try, label %exit

try:
  %taken = add i64 %now, 1
  %pair = cmpxchg ptr @ticket, i64 %now, i64 %taken seq_cst seq_cst
  %mine = extractvalue { i64, i1 } %pair, 1
  br i1 %mine, label %run, label %claim

run:
  %from = mul i64 %count, %id
  %begin = udiv i64 %from, %n
  %next = add i64 %id, 1
  %to = mul i64 %count, %next
  %end = udiv i64 %to, %n
  call void %fn(ptr %state, ptr %work, i64 %begin, i64 %end)
  %before = atomicrmw add ptr @finished, i64 1 release
  br label %claim

exit:
  ret void
}

; Waits a little: on the processor at first, then letting other threads run.
define internal void @wait_a_little(i32 %turn) {
entry:
  call void @PAUSE()
  %long = icmp ugt i32 %turn, PATIENCE
  br i1 %long, label %yield, label %exit

yield:
  %r = call i32 @sched_yield()
  br label %exit

exit:
  ret void
}

; A worker that was woken on the processor of the caller would wait for it there, although another
; processor is idle: it goes away by forbidding itself this one for a moment.
define internal void @leave_the_callers_cpu() {
entry:
  %cpu = load i32, ptr @job.cpu
  %here = call i32 @sched_getcpu()
  %shared = icmp eq i32 %cpu, %here
  %small = icmp ult i32 %here, 1024
  %move = and i1 %shared, %small
  br i1 %move, label %leave, label %exit

leave:
  %others = alloca [16 x i64], align 8
  call void @llvm.memcpy.p0.p0.i64(ptr %others, ptr @allowed, i64 128, i1 false)
  %word = udiv i32 %here, 64
  %bit = urem i32 %here, 64
  %place = getelementptr [16 x i64], ptr %others, i64 0, i32 %word
  %old = load i64, ptr %place
  %wide = zext i32 %bit to i64
  %one = shl i64 1, %wide
  %mask = xor i64 %one, -1
  %new = and i64 %old, %mask
  store i64 %new, ptr %place
  %r0 = call i32 @sched_setaffinity(i32 0, i64 128, ptr %others)
  %r1 = call i32 @sched_setaffinity(i32 0, i64 128, ptr @allowed)
  br label %exit

exit:
  ret void
}

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)

define internal ptr @worker(ptr %argument) {
entry:
  br label %begin

begin:
  %seen = phi i64 [ 0, %entry ], [ %job, %work ]
  br label %spin

spin:
  %turn = phi i32 [ 0, %begin ], [ %turn.next, %idle ], [ 0, %sleep ]
  %now = load atomic i64, ptr @ticket acquire, align 8
  %job = lshr i64 %now, 32
  %new = icmp ne i64 %job, %seen
  br i1 %new, label %check, label %idle

idle:
  call void @wait_a_little(i32 %turn)
  %turn.next = add i32 %turn, 1
  %tired = icmp ugt i32 %turn.next, SPINS
  br i1 %tired, label %sleep, label %spin

sleep:
  %old = trunc i64 %seen to i32
  %s0 = atomicrmw add ptr @sleepers, i32 1 seq_cst
  %r = call i64 (i64, ...) @syscall(i64 FUTEX, ptr @generation, i32 128, i32 %old, ptr null, ptr null, i32 0)
  %s1 = atomicrmw sub ptr @sleepers, i32 1 seq_cst
  br label %spin

check:
  %stop = load atomic i32, ptr @stopping acquire, align 4
  %end = icmp ne i32 %stop, 0
  br i1 %end, label %exit, label %work

work:
  call void @leave_the_callers_cpu()
  %mode = load i32, ptr @job.mode
  call void @set_mode(i32 %mode)
  call void @run_parts(i64 %job)
  br label %begin

exit:
  ret ptr null
}

; Publishes the job whose fields are set, and returns its number.
define internal i64 @announce() {
entry:
  %old = load i32, ptr @generation
  %new = add i32 %old, 1
  %job = zext i32 %new to i64
  %ticket = shl i64 %job, 32
  store atomic i64 %ticket, ptr @ticket seq_cst, align 8
  store atomic i32 %new, ptr @generation seq_cst, align 4
  %asleep = load atomic i32, ptr @sleepers seq_cst, align 4
  %some = icmp ne i32 %asleep, 0
  br i1 %some, label %wake, label %done

wake:
  %r = call i64 (i64, ...) @syscall(i64 FUTEX, ptr @generation, i32 129, i32 2147483647, ptr null, ptr null, i32 0)
  br label %done

done:
  ret i64 %job
}

define void @dlc_parallel(ptr %fn, ptr %state, ptr %work, i64 %count) {
entry:
  %workers = load i64, ptr @workers
  %alone = icmp eq i64 %workers, 0
  %one = icmp ult i64 %count, 2
  %serial = or i1 %alone, %one
  br i1 %serial, label %here, label %shared

here:
  call void %fn(ptr %state, ptr %work, i64 0, i64 %count)
  ret void

shared:
  %parts = add i64 %workers, 1
  store ptr %fn, ptr @job.fn
  store ptr %state, ptr @job.state
  store ptr %work, ptr @job.work
  store i64 %count, ptr @job.count
  store i64 %parts, ptr @job.parts
  %cpu = call i32 @sched_getcpu()
  store i32 %cpu, ptr @job.cpu
  %mode = call i32 @mode()
  store i32 %mode, ptr @job.mode
  store atomic i64 0, ptr @finished release, align 8
  %job = call i64 @announce()
  call void @run_parts(i64 %job)
  br label %wait

wait:
  %turn = phi i32 [ 0, %shared ], [ %turn.next, %pause ]
  %done = load atomic i64, ptr @finished acquire, align 8
  %all = icmp eq i64 %done, %parts
  br i1 %all, label %exit, label %pause

pause:
  call void @wait_a_little(i32 %turn)
  %turn.next = add i32 %turn, 1
  br label %wait

exit:
  ret void
}

; Starts %count workers, at most 256; returns how many run.
define i64 @dlc_pool_start(i64 %count) {
entry:
  store atomic i32 0, ptr @generation seq_cst, align 4
  store atomic i64 0, ptr @ticket seq_cst, align 8
  store atomic i32 0, ptr @stopping seq_cst, align 4
  %r = call i32 @sched_getaffinity(i32 0, i64 128, ptr @allowed)
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %started ]
  %more = icmp ult i64 %i, %count
  br i1 %more, label %start, label %done

start:
  %next = add i64 %i, 1
  %slot = getelementptr [256 x i64], ptr @threads, i64 0, i64 %i
  %argument = inttoptr i64 %next to ptr
  %failed = call i32 @pthread_create(ptr %slot, ptr null, ptr @worker, ptr %argument)
  %ok = icmp eq i32 %failed, 0
  br i1 %ok, label %started, label %done

started:
  br label %loop

done:
  store i64 %i, ptr @workers
  ret i64 %i
}

; Ends all workers and waits for them.
define void @dlc_pool_stop() {
entry:
  %workers = load i64, ptr @workers
  store atomic i32 1, ptr @stopping seq_cst, align 4
  store i64 0, ptr @job.parts
  %job = call i64 @announce()
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %join ]
  %more = icmp ult i64 %i, %workers
  br i1 %more, label %join, label %done

join:
  %slot = getelementptr [256 x i64], ptr @threads, i64 0, i64 %i
  %thread = load i64, ptr %slot
  %r = call i32 @pthread_join(i64 %thread, ptr null)
  %next = add i64 %i, 1
  br label %loop

done:
  store i64 0, ptr @workers
  ret void
}
