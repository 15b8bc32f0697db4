// SPDX-License-Identifier: Apache-2.0
package dlc.opencl;

import dlc.ir.DType;
import dlc.ir.scalar.Buffer;
import java.util.ArrayList;
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
 * each element. Parts of a vector are named by swizzles: {@code acc_2.s4567}. What lanes declare,
 * each for itself, has a vector of lanes for each element.
 */
final class Registers {

  private static final Set<Integer> WIDTHS = Set.of(2, 4, 8, 16);

  /** Where a register buffer lives: {@code count} variables of {@code width} elements. */
  private record Home(String name, DType type, int width, int count, boolean isOfLanes) {
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
    return declare(buffer, new Home(name, buffer.type().dtype().computed(), width, count, false));
  }

  /** The same where each of {@code lanes} lanes has a buffer of its own. */
  String declareForLanes(Buffer buffer, String name, int lanes) {
    int count = Math.toIntExact(buffer.type().elements());
    return declare(buffer, new Home(name, buffer.type().dtype().computed(), lanes, count, true));
  }

  private String declare(Buffer buffer, Home home) {
    homes.put(buffer.name(), home);
    String variables =
        IntStream.range(0, home.count)
            .mapToObj(i -> home.variable(i * home.width))
            .collect(Collectors.joining(", "));
    return "%s %s;".formatted(Operand.vector(Operand.element(home.type), home.width), variables);
  }

  /** Whether each lane has a buffer of its own. */
  boolean isOfLanes(Buffer buffer) {
    return home(buffer).isOfLanes;
  }

  /** The element at {@code place} of all lanes' buffers. */
  Operand readOfLanes(Buffer buffer, int place) {
    Home home = home(buffer);
    return new Operand(home.variable(place * home.width), home.type, home.width);
  }

  /** The statement that writes {@code value} to the element at {@code place} of all lanes. */
  String writeOfLanes(Buffer buffer, int place, Operand value) {
    Home home = home(buffer);
    return "%s = %s;".formatted(home.variable(place * home.width), value.splat(home.width).text());
  }

  /** The elements at {@code places}. */
  Operand read(Buffer buffer, List<Integer> places) {
    Home home = home(buffer);
    List<String> parts = new ArrayList<>();
    int end;
    for (int start = 0; start < places.size(); start = end) {
      end = start + 1;
      while (end < places.size() && isInOne(home, places.subList(start, end + 1))) {
        end++;
      }
      // Vectors have that many elements, and no other numbers.
      end = start + Integer.highestOneBit(end - start);
      parts.add(part(home, places.subList(start, end)));
    }
    String text =
        parts.size() == 1
            ? parts.getFirst()
            : "(%s)(%s)"
                .formatted(
                    Operand.vector(Operand.element(home.type), places.size()),
                    String.join(", ", parts));
    return new Operand(text, home.type, places.size());
  }

  private static boolean isInOne(Home home, List<Integer> places) {
    int variable = places.getFirst() / home.width;
    return places.stream().allMatch(place -> place / home.width == variable);
  }

  /** The statement that writes {@code value} to the elements from {@code first} on. */
  String write(Buffer buffer, int first, Operand value) {
    Home home = home(buffer);
    List<Integer> places = IntStream.range(first, first + value.lanes()).boxed().toList();
    if (!isInOne(home, places)) {
      throw new IllegalStateException(
          "%d lanes from %d on of registers %s".formatted(value.lanes(), first, buffer.type()));
    }
    return "%s = %s;".formatted(part(home, places), value.text());
  }

  private Home home(Buffer buffer) {
    Home home = homes.get(buffer.name());
    if (home == null) {
      throw new IllegalStateException("no register is called " + buffer.name());
    }
    return home;
  }

  /** Elements of one variable. */
  private static String part(Home home, List<Integer> places) {
    String variable = home.variable(places.getFirst());
    List<Integer> elements = places.stream().map(place -> place % home.width).toList();
    if (elements.equals(IntStream.range(0, home.width).boxed().toList())) {
      return variable;
    }
    return elements.stream()
        .map(Helpers::digit)
        .collect(Collectors.joining("", variable + ".s", ""));
  }
}
