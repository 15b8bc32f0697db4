; The thread pool: workers that spin for a while and then sleep on a futex.
;
; dlc_parallel(fn, state, work, count) runs fn(state, work, begin, end) on consecutive parts of
; [0, count), as many as there are threads, and returns when all are done. Parts depend on the number
; of threads; a kernel's results do not, as no iteration depends on another. Only one thread may call
; it at a time.
;
; Part i belongs to thread i, the caller being thread 0, so that the data of one kernel is in the cache
; of the thread that needs it in the next. A worker that has done its own part, and a caller that has
; waited for a while, take parts of workers that the system keeps waiting: nobody holds others up.
;
; To pass a line of memory from one processor to another takes longer than many kernels, so that a
; job is one line that the caller writes, and each worker has one to claim its part and one to say that
; it is done. Numbers of jobs only grow. A claim replaces a smaller number by the job's: when it
; succeeds, the job's fields that were read before are those of this job, since the caller changes them
; only when all its parts have been claimed and done. @first is the number before a worker's first job,
; which may have come, or even the end, before the system lets the worker begin.
;
; dlc_begin(race) and dlc_end(race, start) enclose a run of an entry point. All threads are not always
; faster than one: the time of small networks goes into passing memory around. So a period begins with
; six runs by all threads and six by the caller alone, and its rest is made in the way that was faster.
; The first of six finds cold caches and the longest may have been held up by others: neither counts.
; Where the other four take longer than LONG ns, all threads go on. The first period has 64 runs; one
; that confirms the one before it is twice as long, up to DOUBLINGS times, and what others on the
; machine made wrong is soon found out.
;
; Workers compute with floats in the mode of the caller; @mode and @set_mode are appended.

; number, fn (null: the end of the pool), state, work, count, processor and float mode of the caller.
%Job = type { i64, ptr, ptr, ptr, i64, i32, i32 }
; Two lines: the numbers of the last job that the part was claimed for, and that it was done for.
%Part = type { i64, [7 x i64], i64, [7 x i64] }
; Runs of this period; how often it was doubled; whether the caller computes alone; and of all threads
; and of one the sum of times and the longest.
%Race = type { i64, i64, i64, [2 x i64], [2 x i64] }

@job = internal global %Job zeroinitializer, align 64
@parts = internal global [257 x %Part] zeroinitializer, align 64
@workers = internal global i64 0, align 64
@first = internal global i64 0
@alone = internal global i64 0
@sleepers = internal global i32 0, align 64
@allowed = internal global [16 x i64] zeroinitializer, align 64
@threads = internal global [256 x i64] zeroinitializer

declare i32 @pthread_create(ptr, ptr, ptr, ptr)
declare i32 @pthread_join(i64, ptr)
declare i32 @sched_yield()
declare i32 @sched_getcpu()
declare i32 @sched_getaffinity(i32, i64, ptr)
declare i32 @sched_setaffinity(i32, i64, ptr)
declare i32 @clock_gettime(i32, ptr)
declare i64 @syscall(i64, ...)
declare void @PAUSE()

; Runs part %i of job %number, if nobody has claimed it.
define internal void @run_part(i64 %number, i64 %i) {
entry:
  %claimed = getelementptr [257 x %Part], ptr @parts, i64 0, i64 %i, i32 0
  %fn = load ptr, ptr getelementptr (%Job, ptr @job, i64 0, i32 1)
  %state = load ptr, ptr getelementptr (%Job, ptr @job, i64 0, i32 2)
  %work = load ptr, ptr getelementptr (%Job, ptr @job, i64 0, i32 3)
  %count = load i64, ptr getelementptr (%Job, ptr @job, i64 0, i32 4)
  %last = load atomic i64, ptr %claimed acquire, align 8
  %open = icmp ult i64 %last, %number
  br i1 %open, label %claim, label %exit

claim:
  %pair = cmpxchg ptr %claimed, i64 %last, i64 %number seq_cst seq_cst
  %mine = extractvalue { i64, i1 } %pair, 1
  br i1 %mine, label %run, label %exit

run:
  %workers = load i64, ptr @workers
  %n = add i64 %workers, 1
  %from = mul i64 %count, %i
  %begin = udiv i64 %from, %n
  %next = add i64 %i, 1
  %to = mul i64 %count, %next
  %end = udiv i64 %to, %n
  call void %fn(ptr %state, ptr %work, i64 %begin, i64 %end)
  %done = getelementptr [257 x %Part], ptr @parts, i64 0, i64 %i, i32 2
  store atomic i64 %number, ptr %done release, align 8
  br label %exit

exit:
  ret void
}

; Runs what nobody has claimed of the workers' parts of job %number, from part %first on and around.
define internal void @run_rest(i64 %number, i64 %first) {
entry:
  %workers = load i64, ptr @workers
  br label %loop

loop:
  %k = phi i64 [ 0, %entry ], [ %k.next, %loop ]
  %place = add i64 %first, %k
  %before = sub i64 %place, 1
  %around = urem i64 %before, %workers
  %i = add i64 %around, 1
  call void @run_part(i64 %number, i64 %i)
  %k.next = add i64 %k, 1
  %more = icmp ult i64 %k.next, %workers
  br i1 %more, label %loop, label %exit

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
  %cpu = load i32, ptr getelementptr (%Job, ptr @job, i64 0, i32 5)
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

; A worker: %argument is the number of its part.
define internal ptr @worker(ptr %argument) {
entry:
  %part = ptrtoint ptr %argument to i64
  %first = load i64, ptr @first
  br label %begin

begin:
  %seen = phi i64 [ %first, %entry ], [ %number, %work ]
  br label %spin

spin:
  %turn = phi i32 [ 0, %begin ], [ %turn.next, %idle ], [ 0, %sleep ]
  %number = load atomic i64, ptr @job acquire, align 8
  %new = icmp ne i64 %number, %seen
  br i1 %new, label %check, label %idle

idle:
  call void @wait_a_little(i32 %turn)
  %turn.next = add i32 %turn, 1
  %tired = icmp ugt i32 %turn.next, SPINS
  br i1 %tired, label %sleep, label %spin

sleep:
  %old = trunc i64 %seen to i32
  %s0 = atomicrmw add ptr @sleepers, i32 1 seq_cst
  %r = call i64 (i64, ...) @syscall(i64 FUTEX, ptr @job, i32 128, i32 %old, ptr null, ptr null, i32 0)
  %s1 = atomicrmw sub ptr @sleepers, i32 1 seq_cst
  br label %spin

check:
  %fn = load ptr, ptr getelementptr (%Job, ptr @job, i64 0, i32 1)
  %end = icmp eq ptr %fn, null
  br i1 %end, label %exit, label %work

work:
  call void @leave_the_callers_cpu()
  %mode = load i32, ptr getelementptr (%Job, ptr @job, i64 0, i32 6)
  call void @set_mode(i32 %mode)
  call void @run_rest(i64 %number, i64 %part)
  br label %begin

exit:
  ret ptr null
}

; Publishes the job whose fields are set, and returns its number.
define internal i64 @announce() {
entry:
  %old = load i64, ptr @job
  %new = add i64 %old, 1
  store atomic i64 %new, ptr @job seq_cst, align 8
  %asleep = load atomic i32, ptr @sleepers seq_cst, align 4
  %some = icmp ne i32 %asleep, 0
  br i1 %some, label %wake, label %done

wake:
  %r = call i64 (i64, ...) @syscall(i64 FUTEX, ptr @job, i32 129, i32 2147483647, ptr null, ptr null, i32 0)
  br label %done

done:
  ret i64 %new
}

; Waits for the workers' parts of job %number, and runs those that are not claimed for long.
define internal void @wait_for_parts(i64 %number) {
entry:
  %workers = load i64, ptr @workers
  br label %next

next:
  %i = phi i64 [ 1, %entry ], [ %i.next, %finished ]
  %done = getelementptr [257 x %Part], ptr @parts, i64 0, i64 %i, i32 2
  br label %wait

wait:
  %turn = phi i32 [ 0, %next ], [ %turn.next, %again ]
  %last = load atomic i64, ptr %done acquire, align 8
  %ready = icmp eq i64 %last, %number
  br i1 %ready, label %finished, label %pause

pause:
  call void @wait_a_little(i32 %turn)
  %turn.next = add i32 %turn, 1
  %round = urem i32 %turn.next, HELP
  %late = icmp eq i32 %round, 0
  br i1 %late, label %help, label %again

help:
  call void @run_rest(i64 %number, i64 %i)
  br label %again

again:
  br label %wait

finished:
  %i.next = add i64 %i, 1
  %more = icmp ule i64 %i.next, %workers
  br i1 %more, label %next, label %exit

exit:
  ret void
}

define void @dlc_parallel(ptr %fn, ptr %state, ptr %work, i64 %count) {
entry:
  %workers = load i64, ptr @workers
  %alone = load i64, ptr @alone
  %none = icmp eq i64 %workers, 0
  %told = icmp ne i64 %alone, 0
  %few = icmp ult i64 %count, 2
  %lone = or i1 %none, %told
  %serial = or i1 %lone, %few
  br i1 %serial, label %here, label %shared

here:
  call void %fn(ptr %state, ptr %work, i64 0, i64 %count)
  ret void

shared:
  store ptr %fn, ptr getelementptr (%Job, ptr @job, i64 0, i32 1)
  store ptr %state, ptr getelementptr (%Job, ptr @job, i64 0, i32 2)
  store ptr %work, ptr getelementptr (%Job, ptr @job, i64 0, i32 3)
  store i64 %count, ptr getelementptr (%Job, ptr @job, i64 0, i32 4)
  %cpu = call i32 @sched_getcpu()
  store i32 %cpu, ptr getelementptr (%Job, ptr @job, i64 0, i32 5)
  %mode = call i32 @mode()
  store i32 %mode, ptr getelementptr (%Job, ptr @job, i64 0, i32 6)
  %number = call i64 @announce()
  call void @run_part(i64 %number, i64 0)
  call void @wait_for_parts(i64 %number)
  ret void
}

; The monotonic time in nanoseconds.
define internal i64 @now() {
entry:
  %time = alloca { i64, i64 }
  %r = call i32 @clock_gettime(i32 1, ptr %time)
  %seconds = load i64, ptr %time
  %rest = getelementptr { i64, i64 }, ptr %time, i64 0, i32 1
  %nanos = load i64, ptr %rest
  %whole = mul i64 %seconds, 1000000000
  %sum = add i64 %whole, %nanos
  ret i64 %sum
}

; Decides who computes the run of an entry point that follows; returns its start where it is timed, or 0.
define i64 @dlc_begin(ptr %race) {
entry:
  %workers = load i64, ptr @workers
  %none = icmp eq i64 %workers, 0
  br i1 %none, label %untimed, label %several

several:
  %runs = load i64, ptr %race
  %doublings.place = getelementptr %Race, ptr %race, i64 0, i32 1
  %doublings = load i64, ptr %doublings.place
  %period = shl i64 64, %doublings
  %over = icmp uge i64 %runs, %period
  %turn = select i1 %over, i64 0, i64 %runs
  %next = add i64 %turn, 1
  store i64 %next, ptr %race
  %racing = icmp ult i64 %turn, 12
  %place = getelementptr %Race, ptr %race, i64 0, i32 2
  %kept = load i64, ptr %place
  %second = icmp uge i64 %turn, 6
  %challenger = zext i1 %second to i64
  %alone = select i1 %racing, i64 %challenger, i64 %kept
  store i64 %alone, ptr @alone
  br i1 %racing, label %timed, label %untimed

timed:
  %start = call i64 @now()
  ret i64 %start

untimed:
  ret i64 0
}

; What all threads (%way 0) or one (1) took in the runs that were counted, without the longest.
define internal i64 @trimmed(ptr %race, i64 %way) {
entry:
  %sum.place = getelementptr %Race, ptr %race, i64 0, i32 3, i64 %way
  %worst.place = getelementptr %Race, ptr %race, i64 0, i32 4, i64 %way
  %sum = load i64, ptr %sum.place
  %worst = load i64, ptr %worst.place
  %rest = sub i64 %sum, %worst
  ret i64 %rest
}

; Ends a run of an entry point that was timed from %start on, or not where it is 0.
define void @dlc_end(ptr %race, i64 %start) {
entry:
  %alone = load i64, ptr @alone
  store i64 0, ptr @alone
  %untimed = icmp eq i64 %start, 0
  br i1 %untimed, label %exit, label %timed

timed:
  %end = call i64 @now()
  %time = sub i64 %end, %start
  %run = load i64, ptr %race
  %begins = urem i64 %run, 6
  %cold = icmp eq i64 %begins, 1
  br i1 %cold, label %exit, label %count

count:
  %sum.place = getelementptr %Race, ptr %race, i64 0, i32 3, i64 %alone
  %sum = load i64, ptr %sum.place
  %sum.next = add i64 %sum, %time
  store i64 %sum.next, ptr %sum.place
  %worst.place = getelementptr %Race, ptr %race, i64 0, i32 4, i64 %alone
  %worst = load i64, ptr %worst.place
  %worst.next = call i64 @llvm.umax.i64(i64 %worst, i64 %time)
  store i64 %worst.next, ptr %worst.place
  switch i64 %run, label %exit [ i64 6, label %measure
                                  i64 12, label %decide ]

measure:
  %length = call i64 @trimmed(ptr %race, i64 0)
  %long = icmp ugt i64 %length, LONG
  br i1 %long, label %over, label %exit

decide:
  %all = call i64 @trimmed(ptr %race, i64 0)
  %one = call i64 @trimmed(ptr %race, i64 1)
  %faster = icmp ult i64 %one, %all
  %kept = zext i1 %faster to i64
  br label %over

over:
  %verdict = phi i64 [ 0, %measure ], [ %kept, %decide ]
  %doublings.place = getelementptr %Race, ptr %race, i64 0, i32 1
  %doublings = load i64, ptr %doublings.place
  %before.place = getelementptr %Race, ptr %race, i64 0, i32 2
  %before = load i64, ptr %before.place
  %confirmed = icmp eq i64 %verdict, %before
  %more = add i64 %doublings, 1
  %most = call i64 @llvm.umin.i64(i64 %more, i64 DOUBLINGS)
  %doublings.next = select i1 %confirmed, i64 %most, i64 0
  %state = insertvalue %Race zeroinitializer, i64 12, 0
  %longer = insertvalue %Race %state, i64 %doublings.next, 1
  %decided = insertvalue %Race %longer, i64 %verdict, 2
  store %Race %decided, ptr %race
  br label %exit

exit:
  ret void
}

declare i64 @llvm.umax.i64(i64, i64)
declare i64 @llvm.umin.i64(i64, i64)

; Starts %count workers, at most 256; returns how many run.
define i64 @dlc_pool_start(i64 %count) {
entry:
  %number = load i64, ptr @job
  store i64 %number, ptr @first
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
  store ptr null, ptr getelementptr (%Job, ptr @job, i64 0, i32 1)
  %number = call i64 @announce()
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
