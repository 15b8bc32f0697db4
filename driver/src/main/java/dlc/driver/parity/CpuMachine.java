// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.cpu.CpuBackend;

/** Compiles for the processor that this process runs on. */
public final class CpuMachine extends BackendMachine {

  public CpuMachine(int threads) {
    super(new CpuBackend(CpuBackend.host(), threads));
  }
}
