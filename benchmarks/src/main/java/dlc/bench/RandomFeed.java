// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.frontend.elaborate.Outline;
import java.io.IOException;
import java.io.OutputStream;

/** Batches of random numbers. */
final class RandomFeed implements Agreement.Feed {

  private final DlcContender dlc;

  RandomFeed(DlcContender dlc) {
    this.dlc = dlc;
  }

  @Override
  public void next(OutputStream tape) throws IOException {
    dlc.forgetInputs();
    String entry = dlc.prepare(Work.TRAIN);
    for (Outline.Port input : dlc.bench().model().inputs()) {
      tape.write(TapeBytes.of(dlc.model(), entry, input.name()));
    }
    tape.write(TapeBytes.of(dlc.model(), entry, "target"));
  }
}
