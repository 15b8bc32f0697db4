// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.function.Executable;

/** Work of slow tests that is done ahead, two at a time: most of it is processes that start. */
final class Ahead {

  private static final ExecutorService WORKERS =
      Executors.newFixedThreadPool(2, Thread.ofPlatform().daemon().factory());

  private Ahead() {}

  /** Begins {@code work}; the result waits for its end, and fails where it failed. */
  static Executable begin(Executable work) {
    Future<?> end =
        WORKERS.submit(
            () -> {
              try {
                work.execute();
              } catch (Exception | Error failure) {
                throw failure;
              } catch (Throwable failure) {
                throw new IllegalStateException(failure);
              }
              return null;
            });
    return () -> {
      try {
        end.get();
      } catch (ExecutionException failure) {
        throw failure.getCause();
      }
    };
  }
}
