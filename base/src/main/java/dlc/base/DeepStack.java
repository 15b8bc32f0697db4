// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Runs recursive phases on a stack that is deep enough for every program within the limits.
 *
 * <p>Trees of a program are walked by recursion, and the default stack of a thread is small.
 */
public final class DeepStack {

  private static final long BYTES = 512L << 20;
  private static final ThreadLocal<Boolean> IS_DEEP = ThreadLocal.withInitial(() -> false);

  private DeepStack() {}

  /** What {@code task} returns or throws; a task within a task runs on the same stack. */
  public static <T> T call(Supplier<T> task) {
    if (IS_DEEP.get()) {
      return task.get();
    }
    AtomicReference<T> result = new AtomicReference<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Runnable body =
        () -> {
          IS_DEEP.set(true);
          try {
            result.set(task.get());
          } catch (RuntimeException | Error thrown) {
            failure.set(thrown);
          }
        };
    Thread thread = new Thread(null, body, "dlc-front-end", BYTES);
    thread.setDaemon(true);
    thread.start();
    joinWithoutInterruption(thread);
    switch (failure.get()) {
      case RuntimeException thrown -> throw thrown;
      case Error thrown -> throw thrown;
      case null, default -> {
        return Objects.requireNonNull(result.get());
      }
    }
  }

  private static void joinWithoutInterruption(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
