// SPDX-License-Identifier: Apache-2.0
package dlc.passes.schedule;

/** What schedules expect of the caches of every processor. */
final class Caches {

  /** Elements that are a multiple of so many apart meet: they can lie in few places only. */
  static final int MEETING = 1024;

  /** How many elements that meet a cache holds; some processors' hold more. */
  static final int WAYS = 8;

  /** How many elements the second cache holds; most processors have more. */
  static final double SECOND = 200_000;

  private Caches() {}
}
