// SPDX-License-Identifier: Apache-2.0
package dlc.driver.opencl;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlc.driver.parity.BackendMachine;
import dlc.driver.parity.Machine;
import dlc.opencl.device.OpenCl;

/** The device that tests use, where there is one. */
public final class OpenClDevices {

  private OpenClDevices() {}

  /** The machine to test; without a device the test is skipped, and says why. */
  public static Machine machine() {
    require();
    return new BackendMachine(OpenCl.open("opencl"));
  }

  /** Skips the test where there is no device. */
  public static void require() {
    assumeTrue(
        !OpenCl.devices().isEmpty(),
        () -> OpenCl.problem().orElse("") + ": install pocl-opencl-icd to run this test");
  }
}
