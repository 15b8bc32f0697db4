; The thread pool: workers that spin for a while and then sleep on a futex.
;
; dlc_parallel(fn, state, work, count) runs fn(state, work, begin, end) on consecutive parts of
; [0, count), one for each thread, the caller's included, and returns when all are done. Parts depend
; on the number of threads; a kernel's results do not, as no iteration depends on another. Only one
; thread may call it at a time.

@workers = internal global i64 0
@generation = internal global i32 0, align 64
@pending = internal global i64 0, align 64
@sleepers = internal global i32 0, align 64
@stopping = internal global i32 0
@job.fn = internal global ptr null
@job.state = internal global ptr null
@job.work = internal global ptr null
@job.count = internal global i64 0
@threads = internal global [256 x i64] zeroinitializer

declare i32 @pthread_create(ptr, ptr, ptr, ptr)
declare i32 @pthread_join(i64, ptr)
declare i64 @syscall(i64, ...)
declare void @PAUSE()

; Runs part %id of %n parts of the job.
define internal void @run_part(i64 %id, i64 %n) {
  %fn = load ptr, ptr @job.fn
  %state = load ptr, ptr @job.state
  %work = load ptr, ptr @job.work
  %count = load i64, ptr @job.count
  %from = mul i64 %count, %id
  %begin = udiv i64 %from, %n
  %next = add i64 %id, 1
  %to = mul i64 %count, %next
  %end = udiv i64 %to, %n
  call void %fn(ptr %state, ptr %work, i64 %begin, i64 %end)
  ret void
}

define internal ptr @worker(ptr %argument) {
entry:
  %id = ptrtoint ptr %argument to i64
  br label %begin

begin:
  %seen = phi i32 [ 0, %entry ], [ %now, %work ]
  br label %spin

spin:
  %turn = phi i32 [ 0, %begin ], [ %turn.next, %idle ], [ 0, %awake ]
  %now = load atomic i32, ptr @generation acquire, align 4
  %new = icmp ne i32 %now, %seen
  br i1 %new, label %check, label %idle

idle:
  call void @PAUSE()
  %turn.next = add i32 %turn, 1
  %tired = icmp ugt i32 %turn.next, SPINS
  br i1 %tired, label %sleep, label %spin

sleep:
  %s0 = atomicrmw add ptr @sleepers, i32 1 seq_cst
  %r = call i64 (i64, ...) @syscall(i64 FUTEX, ptr @generation, i32 128, i32 %seen, ptr null, ptr null, i32 0)
  %s1 = atomicrmw sub ptr @sleepers, i32 1 seq_cst
  br label %awake

awake:
  br label %spin

check:
  %stop = load atomic i32, ptr @stopping acquire, align 4
  %end = icmp ne i32 %stop, 0
  br i1 %end, label %exit, label %work

work:
  %workers = load i64, ptr @workers
  %n = add i64 %workers, 1
  call void @run_part(i64 %id, i64 %n)
  %before = atomicrmw sub ptr @pending, i64 1 release
  br label %begin

exit:
  ret ptr null
}

define internal void @announce() {
entry:
  %old = atomicrmw add ptr @generation, i32 1 seq_cst
  %asleep = load atomic i32, ptr @sleepers seq_cst, align 4
  %some = icmp ne i32 %asleep, 0
  br i1 %some, label %wake, label %done

wake:
  %r = call i64 (i64, ...) @syscall(i64 FUTEX, ptr @generation, i32 129, i32 2147483647, ptr null, ptr null, i32 0)
  br label %done

done:
  ret void
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
  store ptr %fn, ptr @job.fn
  store ptr %state, ptr @job.state
  store ptr %work, ptr @job.work
  store i64 %count, ptr @job.count
  store atomic i64 %workers, ptr @pending release, align 8
  call void @announce()
  %n = add i64 %workers, 1
  call void @run_part(i64 0, i64 %n)
  br label %wait

wait:
  %left = load atomic i64, ptr @pending acquire, align 8
  %done = icmp eq i64 %left, 0
  br i1 %done, label %exit, label %pause

pause:
  call void @PAUSE()
  br label %wait

exit:
  ret void
}

; Starts %count workers, at most 256; returns how many run.
define i64 @dlc_pool_start(i64 %count) {
entry:
  store atomic i32 0, ptr @generation seq_cst, align 4
  store atomic i32 0, ptr @stopping seq_cst, align 4
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
  call void @announce()
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
