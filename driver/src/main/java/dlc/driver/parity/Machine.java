// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.ir.Program;
import java.util.List;
import java.util.Map;

/** Where programs run whose numbers are looked at: compiled, or interpreted. */
public interface Machine extends AutoCloseable {

  /** Makes the entry points of {@code program} that are called {@code entries} ready to run. */
  Loaded load(Program program, List<String> entries);

  @Override
  void close();

  /** A program with a state of its own, which its entry points read and change. */
  interface Loaded extends AutoCloseable {

    /** The elements of a weight, buffer or optimizer state. */
    double[] state(String name);

    /** Replaces the elements of a weight, buffer or optimizer state. */
    void setState(String name, double[] elements);

    /**
     * Runs an entry point; gives its results that are no state.
     *
     * @param inputs the elements of each input and setting that the entry point has; others are
     *     ignored
     */
    Results run(String entry, Map<String, double[]> inputs);

    @Override
    void close();
  }
}
