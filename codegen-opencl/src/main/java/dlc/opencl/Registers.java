// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.DType;
import dlc.ir.scalar.Buffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Register buffers as named vectors, since compilers keep those in registers and arrays in memory.
 *
 * <p>A buffer whose last dimension is a vector has a vector for each row, others a variable for
 * each element. Parts of a vector are named by swizzles: {@code acc_2.s4567}.
 */
final class Registers {

  private static final Set<Integer> WIDTHS = Set.of(2, 4, 8, 16);

  /** Where a register buffer lives: {@code count} variables of {@code width} elements. */
  private record Home(String name, DType type, int width, int count) {
    String variable(int element) {
      return name + (count == 1 ? "" : "_" + element / width);
    }
  }

  private final Map<String, Home> homes = new HashMap<>();

  /** The declaration of {@code buffer} under a name that nothing else has. */
  String declare(Buffer buffer, String name) {
    List<Integer> dims = buffer.type().dims();
    int width = !dims.isEmpty() && WIDTHS.contains(dims.getLast()) ? dims.getLast() : 1;
    int count = Math.toIntExact(buffer.type().elements() / width);
    Home home = new Home(name, buffer.type().dtype().computed(), width, count);
    homes.put(buffer.name(), home);
    String variables =
        IntStream.range(0, count)
            .mapToObj(i -> home.variable(i * width))
            .collect(Collectors.joining(", "));
    return "%s %s;".formatted(Operand.vector(Operand.element(home.type), width), variables);
  }

  /** The {@code lanes} elements from {@code first} on. */
  Operand read(Buffer buffer, int first, int lanes) {
    Home home = home(buffer);
    if (first % home.width + lanes <= home.width) {
      return new Operand(part(home, first, lanes), home.type, lanes);
    }
    String elements =
        IntStream.range(first, first + lanes)
            .mapToObj(element -> part(home, element, 1))
            .collect(Collectors.joining(", "));
    String type = Operand.vector(Operand.element(home.type), lanes);
    return new Operand("(%s)(%s)".formatted(type, elements), home.type, lanes);
  }

  /** The statement that writes {@code value} to the elements from {@code first} on. */
  String write(Buffer buffer, int first, Operand value) {
    Home home = home(buffer);
    if (first % home.width + value.lanes() > home.width) {
      throw new IllegalStateException(
          "%d lanes from %d on of registers %s".formatted(value.lanes(), first, buffer.type()));
    }
    return "%s = %s;".formatted(part(home, first, value.lanes()), value.text());
  }

  private Home home(Buffer buffer) {
    Home home = homes.get(buffer.name());
    if (home == null) {
      throw new IllegalStateException("no register is called " + buffer.name());
    }
    return home;
  }

  private static String part(Home home, int first, int lanes) {
    String variable = home.variable(first);
    if (lanes == home.width) {
      return variable;
    }
    return IntStream.range(first % home.width, first % home.width + lanes)
        .mapToObj(Helpers::digit)
        .collect(Collectors.joining("", variable + ".s", ""));
  }
}
