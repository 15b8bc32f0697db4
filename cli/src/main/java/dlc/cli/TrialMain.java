// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import java.io.IOException;

/**
 * The process of a trial: a command line that ends, with all saved, when its input does.
 *
 * <p>Its input is a pipe from the search that started it. So it stops when the search closes the
 * pipe, and also when the search is killed: nobody trains on unseen.
 */
final class TrialMain {

  private TrialMain() {}

  /** Runs the command line. */
  public static void main(String[] arguments) {
    Thread.ofPlatform().daemon().name("dlc-trial").start(TrialMain::endWithInput);
    Main.main(arguments);
  }

  private static void endWithInput() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is said on this pipe; that it ends is what counts.
      }
    } catch (IOException _) {
      // A broken pipe has ended, too.
    }
    System.exit(0);
  }
}
