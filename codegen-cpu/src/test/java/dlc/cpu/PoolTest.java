// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The thread pool, asked to run a function of Java. */
class PoolTest {

  private static final long COUNT = 10;
  private static final FunctionDescriptor PARTS =
      FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG);

  private record Part(long begin, long end, Thread thread) {}

  private final ConcurrentLinkedQueue<Part> parts = new ConcurrentLinkedQueue<>();
  private final Arena arena = Arena.ofShared();
  private Jit jit;
  private Jit.Unit pool;
  private MemorySegment function;
  private MemorySegment race;

  /** Whether parts take long rather than the whole. */
  private boolean slowInParts;

  private Duration slow = Duration.ofMillis(5);

  @BeforeEach
  void start() throws Throwable {
    jit = new Jit(CpuBackend.host(), Optional.empty());
    pool = jit.add(PoolText.of(jit.triple()));
    function =
        Linker.nativeLinker()
            .upcallStub(
                MethodHandles.lookup()
                    .findVirtual(
                        PoolTest.class,
                        "take",
                        MethodType.methodType(
                            void.class,
                            MemorySegment.class,
                            MemorySegment.class,
                            long.class,
                            long.class))
                    .bindTo(this),
                PARTS,
                arena);
    race = arena.allocate(7 * JAVA_LONG.byteSize(), JAVA_LONG.byteAlignment());
  }

  @AfterEach
  void close() throws Throwable {
    stopWorkers();
    pool.close();
    jit.close();
    arena.close();
  }

  @SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // the stub above calls it
  private void take(MemorySegment state, MemorySegment work, long begin, long end) {
    boolean whole = end - begin == COUNT;
    parts.add(new Part(begin, end, Thread.currentThread()));
    if (whole != slowInParts) {
      LockSupport.parkNanos(slow.toNanos());
    }
  }

  private long startWorkers(long workers) throws Throwable {
    return (long)
        pool.function("dlc_pool_start", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG))
            .invoke(workers);
  }

  private void stopWorkers() throws Throwable {
    pool.function("dlc_pool_stop", FunctionDescriptor.ofVoid()).invoke();
  }

  private List<Part> parallel() throws Throwable {
    parts.clear();
    MethodHandle parallel =
        pool.function(
            "dlc_parallel", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
    parallel.invoke(function, MemorySegment.NULL, MemorySegment.NULL, COUNT);
    return List.copyOf(parts);
  }

  /** One run of an entry point. */
  private List<Part> run() throws Throwable {
    MethodHandle begin = pool.function("dlc_begin", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
    MethodHandle end = pool.function("dlc_end", FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG));
    long time = (long) begin.invoke(race);
    List<Part> taken = parallel();
    end.invoke(race, time);
    return taken;
  }

  private static void assertTakenOnce(List<Part> parts, int threads) {
    assertThat(parts).hasSize(threads);
    long next = 0;
    for (Part part : parts.stream().sorted((a, b) -> Long.compare(a.begin(), b.begin())).toList()) {
      assertThat(part.begin()).isEqualTo(next);
      next = part.end();
    }
    assertThat(next).isEqualTo(COUNT);
  }

  @Test
  void takesEachPartOnceThroughManyJobsAndStarts() throws Throwable {
    slowInParts = false;
    for (int threads = 1; threads <= 4; threads++) {
      assertThat(startWorkers(threads - 1)).isEqualTo(threads - 1);
      for (int job = 0; job < 2000; job++) {
        assertTakenOnce(parallel(), threads);
      }
      stopWorkers();
    }
  }

  @Test
  void endsWorkersThatHaveNotBegun() throws Throwable {
    for (int i = 0; i < 200; i++) {
      startWorkers(3);
      stopWorkers();
    }
  }

  /** Starts one worker, and lets it take a part. */
  private void startAndAwaitWorker() throws Throwable {
    startWorkers(1);
    Instant late = Instant.now().plusSeconds(20);
    while (parallel().stream().map(Part::thread).distinct().count() < 2) {
      assertThat(Instant.now()).isBefore(late);
    }
  }

  @Test
  void sharesOutWorkAmongThreads() throws Throwable {
    slowInParts = true;
    startAndAwaitWorker();
  }

  /** Lets the pool time both ways, anew until they lead to {@code threads}: others may be busy. */
  private void race(int threads) throws Throwable {
    startAndAwaitWorker();
    Instant late = Instant.now().plusSeconds(20);
    do {
      assertThat(Instant.now()).isBefore(late);
      race.fill((byte) 0);
      for (int i = 0; i < 12; i++) {
        run();
      }
    } while (run().size() != threads);
  }

  @Test
  void keepsToTheCallersThreadWhereAllAreSlower() throws Throwable {
    slowInParts = true;
    race(1);
    for (int i = 0; i < 50; i++) {
      assertThat(run()).containsExactly(new Part(0, COUNT, Thread.currentThread()));
    }
    assertTakenOnce(parallel(), 2);
  }

  @Test
  void keepsToAllThreadsWhereTheyAreFaster() throws Throwable {
    slowInParts = false;
    race(2);
    for (int i = 0; i < 50; i++) {
      assertTakenOnce(run(), 2);
    }
  }

  @Test
  void findsOutSoonWhatHasChanged() throws Throwable {
    slowInParts = true;
    race(1);
    slowInParts = false;
    Instant late = Instant.now().plusSeconds(20);
    while (run().size() != 2) {
      assertThat(Instant.now()).isBefore(late);
      for (int i = 0; i < 64; i++) {
        run();
      }
    }
  }

  @Test
  void doesNotTryLongRunsAlone() throws Throwable {
    slowInParts = true;
    slow = Duration.ofMillis(25);
    startAndAwaitWorker();
    for (int i = 0; i < 14; i++) {
      assertTakenOnce(run(), 2);
    }
  }
}
