// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A call as PyTorch writes it: {@code F.max_pool2d(x, 2, ceil_mode=True)}.
 *
 * @param arguments as written; those without a name first
 */
record TorchCall(String function, List<Argument> arguments) {

  /**
   * What stands between two commas.
   *
   * @param separator between name and value: {@code =}, {@code :}, or nothing where one is missing
   */
  record Argument(Optional<String> name, String separator, String value) {}

  private static final Pattern CALL = Pattern.compile("\\s*([\\w.]+)\\((.*)\\)\\s*");
  private static final Pattern NAMED = Pattern.compile("([A-Za-z_]\\w*)\\s*([=:])\\s*(.+)");
  private static final Pattern FLOAT = Pattern.compile("-?\\d+\\.");
  private static final Pattern NEGATIVE_OR_PLAIN = Pattern.compile("-?\\.\\d+.*");

  TorchCall {
    arguments = List.copyOf(arguments);
  }

  /** Nothing when {@code text} is no single call. */
  static Optional<TorchCall> parse(String text) {
    Matcher call = CALL.matcher(text);
    if (!call.matches()) {
      return Optional.empty();
    }
    List<Argument> arguments = new ArrayList<>();
    for (String part : split(call.group(2))) {
      Matcher named = NAMED.matcher(part);
      arguments.add(
          named.matches()
              ? new Argument(Optional.of(named.group(1)), named.group(2), named.group(3))
              : new Argument(Optional.empty(), "", part));
    }
    return Optional.of(new TorchCall(call.group(1), arguments));
  }

  /** The elements of a list as they are written. */
  static List<String> items(String list) {
    return split(list.substring(1, list.length() - 1));
  }

  /** The parts between the commas that stand in no brackets. */
  private static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '(' || c == '[') {
        depth++;
      } else if (c == ')' || c == ']') {
        depth--;
      } else if (c == ',' && depth == 0) {
        parts.add(text.substring(start, i).strip());
        start = i + 1;
      }
    }
    String last = text.substring(start).strip();
    if (!last.isEmpty()) {
      parts.add(last);
    }
    return parts;
  }

  /**
   * The arguments of this call by the parameters of {@code signature}, defaults filled in, as
   * written; nothing when they do not fit.
   */
  Optional<Map<String, String>> bind(TorchCall signature) {
    if (!function.equals(signature.function)) {
      return Optional.empty();
    }
    List<String> names = signature.arguments.stream().map(TorchCall::parameter).toList();
    Map<String, String> bound = new LinkedHashMap<>();
    for (Argument parameter : signature.arguments) {
      if (parameter.separator().equals("=")) {
        bound.put(parameter(parameter), parameter.value());
      }
    }
    Map<String, String> given = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      Argument argument = arguments.get(i);
      if (argument.name().isEmpty() && i >= names.size()) {
        return Optional.empty();
      }
      given.put(argument.name().orElse(i < names.size() ? names.get(i) : ""), argument.value());
    }
    bound.putAll(given);
    boolean fits =
        names.containsAll(bound.keySet())
            && bound.keySet().containsAll(names)
            && signature.arguments.stream()
                .filter(each -> each.separator().equals(":"))
                .allMatch(each -> each.value().equals(given.get(parameter(each))));
    return fits ? Optional.of(bound) : Optional.empty();
  }

  /** The name of a parameter of a signature. */
  static String parameter(Argument argument) {
    return argument.name().orElse(argument.value());
  }

  /** A Python literal as dl writes it. */
  static String inDl(String literal) {
    if (literal.startsWith("(") || literal.startsWith("[")) {
      return items(literal).stream()
          .map(TorchCall::inDl)
          .collect(Collectors.joining(", ", "[", "]"));
    }
    return switch (literal) {
      case "True", "False", "None" -> literal.toLowerCase(java.util.Locale.ROOT);
      default -> number(literal.replace('\'', '"'));
    };
  }

  // dl wants digits on both sides of the point.
  private static String number(String literal) {
    if (FLOAT.matcher(literal).matches()) {
      return literal + "0";
    }
    return NEGATIVE_OR_PLAIN.matcher(literal).matches()
        ? literal.replaceFirst("\\.", "0.")
        : literal;
  }
}
