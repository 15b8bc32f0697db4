// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

/** Something that runs a model or a layer, ready to go on. */
interface Contender extends AutoCloseable {

  /** What it is called in results. */
  String name();

  /** Works for {@code seconds}, at least one step, and gives the seconds of the median step. */
  double round(Work work, double seconds);

  @Override
  void close();
}
