// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

/** Something that trains a model, ready to go on. */
interface Contender extends AutoCloseable {

  /** What it is called in results. */
  String name();

  /** Trains for {@code seconds}, at least one step, and gives the seconds of the median step. */
  double round(double seconds);

  @Override
  void close();
}
