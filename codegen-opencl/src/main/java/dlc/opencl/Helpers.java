// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The functions that kernels of one program call, each written once, in the order of names. */
final class Helpers {

  private final Map<String, String> functions = new TreeMap<>();

  /** Makes the function {@code name} known, whose text is {@code text}; returns the name. */
  String use(String name, String text) {
    functions.putIfAbsent(name, text);
    return name;
  }

  /** A call of the function {@code name}. */
  static String call(String name, String... arguments) {
    return "%s(%s)".formatted(name, String.join(", ", arguments));
  }

  /**
   * The vector {@code text} of the type {@code from} as one of {@code to}. PoCL converts vectors in
   * pieces, which LLVM does not always find again to be one.
   */
  String converted(String from, String to, String text) {
    String function = "dlc_%s_of_%s".formatted(to, from);
    use(
        function,
        """
        static %s %s(%s x) {
        #if defined(__clang__)
          return __builtin_convertvector(x, %s);
        #else
          return convert_%s(x);
        #endif
        }
        """
            .formatted(to, function, from, to, to));
    return call(function, text);
  }

  /** {@code (type)(…)} with {@code part} filled in for each lane: {@code %s} is the digit of it. */
  static String eachLane(String vector, int lanes, String part) {
    return IntStream.range(0, lanes)
        .mapToObj(lane -> part.replace("#", digit(lane)).replace("@", Integer.toString(lane)))
        .collect(Collectors.joining(", ", "(" + vector + ")(", ")"));
  }

  /** How a lane is named after {@code .s}. */
  static String digit(int lane) {
    return Integer.toHexString(lane);
  }

  /** All functions. */
  String text() {
    return String.join("\n", functions.values());
  }
}
