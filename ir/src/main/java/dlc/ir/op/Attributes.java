// SPDX-License-Identifier: Apache-2.0
package dlc.ir.op;

import dlc.ir.DType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The attributes of ops as text: {@code fn=sum axes=[0, 1]}.
 *
 * <p>An op's attributes are the components of its record, so adding an op adds nothing here.
 */
public final class Attributes {

  private static final List<Class<? extends Op>> RECORDS =
      Stream.of(Op.class).flatMap(Attributes::records).toList();

  private Attributes() {}

  @SuppressWarnings("unchecked")
  private static Stream<Class<? extends Op>> records(Class<?> type) {
    if (type.isSealed()) {
      return Arrays.stream(type.getPermittedSubclasses()).flatMap(Attributes::records);
    }
    return type.isRecord() && type != Leaf.Parameter.class
        ? Stream.of((Class<? extends Op>) type)
        : Stream.empty();
  }

  /** The mnemonics of all ops that have operands or attributes to print, in order. */
  public static List<String> mnemonics() {
    Stream<String> elementwise = Arrays.stream(Elementwise.values()).map(Op::mnemonic);
    return Stream.concat(elementwise, RECORDS.stream().map(Attributes::mnemonic)).sorted().toList();
  }

  private static String mnemonic(Class<?> type) {
    return type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
  }

  /** The attributes of {@code op}. */
  public static String print(Op op) {
    if (!(op instanceof Record) || op instanceof Leaf) {
      return "";
    }
    return flatten(op).entrySet().stream()
        .map(entry -> entry.getKey() + "=" + text(entry.getValue()))
        .collect(Collectors.joining(" "));
  }

  private static Map<String, Object> flatten(Object record) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value = valueOf(component, record);
      if (value instanceof Geometry geometry) {
        attributes.putAll(flatten(geometry));
      } else {
        attributes.put(component.getName(), value);
      }
    }
    return attributes;
  }

  private static Object valueOf(RecordComponent component, Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
  }

  private static String text(Object value) {
    return value instanceof String string ? '"' + string + '"' : value.toString();
  }

  /**
   * The op with that mnemonic and those attributes, or nothing when there is none.
   *
   * @throws IllegalArgumentException when an attribute is missing, extra or malformed
   */
  public static Optional<Op> parse(String mnemonic, Map<String, String> attributes) {
    for (Elementwise op : Elementwise.values()) {
      if (op.mnemonic().equals(mnemonic)) {
        requireNone(mnemonic, attributes);
        return Optional.of(op);
      }
    }
    for (Class<? extends Op> type : RECORDS) {
      if (mnemonic(type).equals(mnemonic)) {
        Map<String, String> unused = new LinkedHashMap<>(attributes);
        Op op = (Op) build(type, unused);
        requireNone(mnemonic, unused);
        return Optional.of(op);
      }
    }
    return Optional.empty();
  }

  private static void requireNone(String mnemonic, Map<String, String> unused) {
    if (!unused.isEmpty()) {
      throw new IllegalArgumentException(mnemonic + " has no attribute " + unused.keySet());
    }
  }

  private static Object build(Class<?> type, Map<String, String> attributes) {
    RecordComponent[] components = type.getRecordComponents();
    List<Object> values = new ArrayList<>();
    for (RecordComponent component : components) {
      if (component.getType() == Geometry.class) {
        values.add(build(Geometry.class, attributes));
      } else {
        String text = attributes.remove(component.getName());
        if (text == null) {
          throw new IllegalArgumentException("attribute " + component.getName() + " is missing");
        }
        values.add(value(component.getType(), text));
      }
    }
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(e.getTargetException().getMessage(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " cannot be made", e);
    }
  }

  private static Object value(Class<?> type, String text) {
    if (type == int.class) {
      return integer(text);
    }
    if (type == String.class) {
      return inside(text, "\"", "\"");
    }
    if (type == DType.class) {
      return DType.named(text).orElseThrow(() -> new IllegalArgumentException("no type " + text));
    }
    if (type == ReduceFn.class) {
      return Arrays.stream(ReduceFn.values())
          .filter(fn -> fn.toString().equals(text))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("nothing is folded by " + text));
    }
    String inside = inside(text, "[", "]").strip();
    return inside.isEmpty()
        ? List.of()
        : Arrays.stream(inside.split("\\s*,\\s*")).map(Attributes::integer).toList();
  }

  private static int integer(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException(text + " is no integer of 32 bits");
    }
  }

  private static String inside(String text, String start, String end) {
    if (text.length() < 2 || !text.startsWith(start) || !text.endsWith(end)) {
      throw new IllegalArgumentException("%s does not stand in %s%s".formatted(text, start, end));
    }
    return text.substring(1, text.length() - 1);
  }
}
