// SPDX-License-Identifier: Apache-2.0
package dlc.runtime;

/** Makes a model executable for a batch size; it owns what it makes, and may make it only once. */
@FunctionalInterface
public interface Specializer {

  Executable forBatch(int batch);
}
