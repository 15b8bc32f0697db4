// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import java.util.List;
import java.util.stream.IntStream;

/** What the classes of well-known data are called, by number. */
final class ClassNames {

  static final List<String> DIGITS = numbers(10);
  static final List<String> FASHION =
      List.of(
          "T-shirt",
          "trouser",
          "pullover",
          "dress",
          "coat",
          "sandal",
          "shirt",
          "sneaker",
          "bag",
          "ankle boot");
  static final List<String> CIFAR10 =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  private ClassNames() {}

  /** The numbers from 0 up to {@code count} as names. */
  static List<String> numbers(int count) {
    return IntStream.range(0, count).mapToObj(String::valueOf).toList();
  }
}
