// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.runtime.train.StopFlag;
import java.util.concurrent.CountDownLatch;

/** Turns Ctrl-C, and a request to terminate, into the end of training after the current step. */
final class Interruption implements AutoCloseable {

  private static final CountDownLatch COMMAND_ENDED = new CountDownLatch(1);

  private final Thread hook;

  /** From now on an interrupted process raises {@code stop}, and waits for its command to end. */
  Interruption(StopFlag stop, Runnable announcement) {
    hook =
        new Thread(
            () -> {
              announcement.run();
              stop.request();
              awaitCommand();
              // All is saved, as after any other training; the signal is no failure.
              Runtime.getRuntime().halt(0);
            },
            "dlc-interruption");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private static void awaitCommand() {
    try {
      COMMAND_ENDED.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets an interrupted process go; its streams are flushed. */
  static void commandEnded() {
    COMMAND_ENDED.countDown();
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The process is ending because of an interruption; the hook waits for the command.
    }
  }
}
