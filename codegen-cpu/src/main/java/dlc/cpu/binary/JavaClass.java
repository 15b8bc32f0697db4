// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import dlc.cpu.binary.LibraryApi.Argument;
import dlc.cpu.binary.LibraryApi.Function;
import dlc.ir.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.lang.model.SourceVersion;

/**
 * Writes the Java class around a shared library: a method for each function, with arrays for
 * tensors and a setter for each scalar that steers training.
 *
 * <p>The text names types in full, so that a model may have the name of any of them.
 */
final class JavaClass {

  /** Counted by the class itself, as the trainer does. */
  private static final String STEP = "step";

  private static final String SEGMENT = "java.lang.foreign.MemorySegment";

  private final BinaryModel model;
  private final LibraryApi api;
  private final String packageName;
  private final String library;
  private final String name;

  /**
   * The class for {@code library}, a resource in the same jar.
   *
   * @param packageName may be empty
   */
  JavaClass(BinaryModel model, LibraryApi api, String packageName, String library) {
    this.model = model;
    this.api = api;
    this.packageName = packageName;
    this.library = library;
    this.name = name(camel(api.prefix(), true));
  }

  /** What a model's class is called; those of java.lang are taken. */
  private static String name(String wanted) {
    try {
      Class.forName("java.lang." + wanted);
      return wanted + "Model";
    } catch (ClassNotFoundException _) {
      return wanted;
    }
  }

  String name() {
    return name;
  }

  /** The text of the class. */
  String source() {
    StringBuilder text = new StringBuilder();
    if (!packageName.isEmpty()) {
      text.append("package %s;\n\n".formatted(packageName));
    }
    text.append(head());
    handles(text);
    fields(text);
    text.append(opening());
    settings().forEach((setting, type) -> text.append(setter(setting, type)));
    api.functions().forEach(function -> text.append(method(function)));
    return text.append(rest()).append("}\n").toString();
  }

  private String head() {
    return """
        /**
         * The model %s of %s, compiled by dlc %s.
         *
         * <p>Each instance has its own weights and memory. Its methods run one at a time, on the thread
         * that calls them; nothing is allocated for a step but the arrays that are returned.
         */
        @SuppressWarnings("restricted")
        public final class %s implements AutoCloseable {
          private static final java.lang.foreign.SymbolLookup LIBRARY = library();
        """
        .formatted(
            model.identity().model(), model.identity().file(), model.identity().compiler(), name);
  }

  private void handles(StringBuilder text) {
    handle(text, "arena_bytes", "long", "");
    handle(text, "open", "int", address());
    handle(text, "saved_bytes", "long", "");
    handle(text, "save", "int", address() + address());
    handle(text, "load", "int", address() + address() + layout("long"));
    for (Function function : api.functions()) {
      String arguments =
          function.arguments().stream()
              .map(each -> each.isScalar() ? layout(javaType(each)) : address())
              .collect(Collectors.joining());
      handle(text, function.entry(), "int", address() + arguments);
    }
  }

  private void handle(StringBuilder text, String function, String result, String arguments) {
    text.append(
        "  private static final java.lang.invoke.MethodHandle %s = handle(\"%s_%s\", %s%s);\n"
            .formatted(
                constant(function),
                api.prefix(),
                function,
                layout(result).substring(2),
                arguments));
  }

  private static String address() {
    return ", java.lang.foreign.ValueLayout.ADDRESS";
  }

  private static String layout(String type) {
    return ", java.lang.foreign.ValueLayout.JAVA_" + type.toUpperCase(java.util.Locale.ROOT);
  }

  private static String constant(String function) {
    return function.toUpperCase(java.util.Locale.ROOT);
  }

  private void fields(StringBuilder text) {
    text.append("  private final java.lang.foreign.Arena memory = ")
        .append("java.lang.foreign.Arena.ofShared();\n");
    text.append("  private final %s model;\n".formatted(SEGMENT));
    for (Function function : api.functions()) {
      for (Argument argument : arrays(function)) {
        text.append(
            "  private final %s %s = memory.allocate(%dL, 64);\n"
                .formatted(SEGMENT, memory(function, argument), argument.type().bytes()));
      }
    }
    settings()
        .forEach(
            (setting, type) ->
                text.append(
                    "  private %s %s = %s;\n".formatted(type, setting, preset(setting, type))));
    text.append('\n');
  }

  /** What lives in memory of its own: all but scalars that come by value and unused results. */
  private static List<Argument> arrays(Function function) {
    List<Argument> arrays = new ArrayList<>();
    function.inputs().stream().filter(each -> !each.isScalar()).forEach(arrays::add);
    arrays.addAll(returned(function));
    return arrays;
  }

  /** The loss where there is one, else all results. */
  private static List<Argument> returned(Function function) {
    List<Argument> loss =
        function.results().stream().filter(each -> each.name().equals("loss")).toList();
    return loss.isEmpty() ? function.results() : loss;
  }

  private static String memory(Function function, Argument argument) {
    return camel(function.entry() + "_" + argument.name(), false) + "Memory";
  }

  /** The scalars that functions take, by name. */
  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    for (Function function : api.functions()) {
      for (Argument argument : function.inputs()) {
        if (argument.isScalar()) {
          settings.put(field(argument), javaType(argument));
        }
      }
    }
    return settings;
  }

  private String preset(String setting, String type) {
    String number =
        model
            .training()
            .map(
                training ->
                    switch (setting) {
                      case "seed" -> Integer.toString(training.seed());
                      case "lr" -> Double.toString(training.lr());
                      default -> "0";
                    })
            .orElse("0");
    return type.equals("boolean") ? "false" : "(%s) %s".formatted(type, number);
  }

  private String opening() {
    boolean fresh =
        model.embedded().isEmpty()
            && api.functions().stream().anyMatch(each -> each.entry().equals("init"));
    return """
          private %1$s() {
            try {
              model = memory.allocate((long) ARENA_BYTES.invokeExact(), 64);
              require((int) OPEN.invokeExact(model));
            } catch (RuntimeException | Error failure) {
              memory.close();
              throw failure;
            } catch (Throwable impossible) {
              throw new AssertionError(impossible);
            }
          }

          /** A new instance%2$s. */
          public static %1$s open() {
            %1$s opened = new %1$s();
        %3$s    return opened;
          }

        """
        .formatted(
            name,
            model.embedded().isPresent()
                ? " with the weights that are inside"
                : fresh ? " whose weights have their first values" : "; its weights are all 0",
            fresh ? "    opened.init();\n" : "");
  }

  private String setter(String setting, String type) {
    String purpose =
        switch (setting) {
          case "seed" ->
              "The seed of all that is drawn at random; {@link #open} uses the program's.";
          case "lr" -> "The learning rate of the next steps; the program's, unless this is called.";
          case STEP -> "How many steps of training were done; each adds one to it.";
          default ->
              "The scalar %s of the next calls; 0, unless this is called.".formatted(setting);
        };
    return """
          /** %s */
          public synchronized void set%s(%s value) {
            %s = value;
          }

        """
        .formatted(purpose, camel("_" + setting, false), type, setting);
  }

  private String method(Function function) {
    StringBuilder body = new StringBuilder();
    List<String> parameters = new ArrayList<>();
    List<String> actual = new ArrayList<>(List.of("model"));
    for (Argument argument : function.inputs()) {
      if (argument.isScalar()) {
        actual.add(field(argument));
        continue;
      }
      String parameter = field(argument);
      parameters.add(javaType(argument) + "[] " + parameter);
      body.append(
          "    take(\"%s %s\", %s.ofArray(%s), %s);\n"
              .formatted(
                  parameter, argument.type(), SEGMENT, parameter, memory(function, argument)));
      actual.add(memory(function, argument));
    }
    List<Argument> returned = returned(function);
    for (Argument argument : function.results()) {
      boolean wanted = returned.contains(argument);
      actual.add(wanted ? memory(function, argument) : SEGMENT + ".NULL");
    }
    if (function.entry().equals("train_step")) {
      body.append("    step++;\n");
    }
    body.append(
        """
            try {
              require((int) %s.invokeExact(%s));
            } catch (RuntimeException | Error failure) {
              throw failure;
            } catch (Throwable impossible) {
              throw new AssertionError(impossible);
            }
        """
            .formatted(constant(function.entry()), String.join(", ", actual)));
    return "%s  /** %s */\n  public synchronized %s %s(%s) {\n%s%s  }\n\n"
        .formatted(
            record(function, returned),
            documentation(function),
            resultType(function, returned),
            camel(function.entry(), false),
            String.join(", ", parameters),
            body,
            result(function, returned));
  }

  private static String documentation(Function function) {
    String shapes =
        arrays(function).stream()
            .map(each -> each.name() + " " + each.type())
            .collect(Collectors.joining(", "));
    return LibraryHeader.purpose(function) + (shapes.isEmpty() ? "" : ": " + shapes + ".");
  }

  /** A record for a method that gives several tensors. */
  private static String record(Function function, List<Argument> returned) {
    if (returned.size() < 2) {
      return "";
    }
    return "  /** What {@link #%s} gives. */\n  public record %s(%s) {}\n\n"
        .formatted(
            camel(function.entry(), false),
            resultType(function, returned),
            returned.stream()
                .map(each -> type(each) + " " + field(each))
                .collect(Collectors.joining(", ")));
  }

  private static String resultType(Function function, List<Argument> returned) {
    return switch (returned.size()) {
      case 0 -> "void";
      case 1 -> type(returned.getFirst());
      default -> camel("_" + function.entry(), false) + "Result";
    };
  }

  private static String type(Argument argument) {
    return javaType(argument) + (argument.type().rank() == 0 ? "" : "[]");
  }

  private static String result(Function function, List<Argument> returned) {
    List<String> values =
        returned.stream()
            .map(
                each -> {
                  String from = memory(function, each);
                  String layout = layout(javaType(each)).substring(2);
                  return each.type().rank() == 0
                      ? "%s.get(%s, 0)".formatted(from, layout)
                      : "%s.toArray(%s)".formatted(from, layout);
                })
            .toList();
    return switch (values.size()) {
      case 0 -> "";
      case 1 -> "    return %s;\n".formatted(values.getFirst());
      default ->
          "    return new %s(%s);\n"
              .formatted(resultType(function, returned), String.join(", ", values));
    };
  }

  /** What all classes have. */
  private String rest() {
    return """
          /** The weights as a file of safetensors, with PyTorch's names. */
          public synchronized void save(java.nio.file.Path file) throws java.io.IOException {
            try (java.lang.foreign.Arena arena = java.lang.foreign.Arena.ofConfined()) {
              java.lang.foreign.MemorySegment bytes =
                  arena.allocate((long) SAVED_BYTES.invokeExact());
              require((int) SAVE.invokeExact(model, bytes));
              java.nio.file.Files.write(
                  file, bytes.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
            } catch (RuntimeException | Error | java.io.IOException failure) {
              throw failure;
            } catch (Throwable impossible) {
              throw new AssertionError(impossible);
            }
          }

          /** Takes the weights of such a file. */
          public synchronized void load(java.nio.file.Path file) throws java.io.IOException {
            byte[] content = java.nio.file.Files.readAllBytes(file);
            try (java.lang.foreign.Arena arena = java.lang.foreign.Arena.ofConfined()) {
              java.lang.foreign.MemorySegment bytes = arena.allocate(content.length + 1L, 8);
              bytes.asSlice(0, content.length)
                  .copyFrom(java.lang.foreign.MemorySegment.ofArray(content));
              require((int) LOAD.invokeExact(model, bytes, (long) content.length));
            } catch (RuntimeException | Error failure) {
              throw failure;
            } catch (Throwable impossible) {
              throw new AssertionError(impossible);
            }
          }

          /** Gives all memory back; nothing can be called after it. */
          @Override
          public synchronized void close() {
            memory.close();
          }

          private static void take(
              String what,
              java.lang.foreign.MemorySegment from,
              java.lang.foreign.MemorySegment to) {
            if (from.byteSize() != to.byteSize()) {
              throw new IllegalArgumentException(
                  what + " is " + to.byteSize() + " bytes, the array has " + from.byteSize());
            }
            to.copyFrom(from);
          }

          private static void require(int code) {
            switch (code) {
              case 0 -> {}
              case 3 -> throw new UnsupportedOperationException("there is no code for this processor");
              case 5 -> throw new IllegalArgumentException("this is no safetensors file");
              case 6 -> throw new IllegalArgumentException("these are weights of another model");
              default -> throw new IllegalStateException("code " + code);
            }
          }

          private static java.lang.foreign.SymbolLookup library() {
            try (java.io.InputStream packed = %1$s.class.getResourceAsStream("/%2$s")) {
              java.nio.file.Path file = java.nio.file.Files.createTempFile("%3$s", ".so");
              try {
                java.nio.file.Files.write(file, packed.readAllBytes());
                return java.lang.foreign.SymbolLookup.libraryLookup(
                    file, java.lang.foreign.Arena.global());
              } finally {
                java.nio.file.Files.delete(file);
              }
            } catch (java.io.IOException failure) {
              throw new java.io.UncheckedIOException(failure);
            }
          }

          private static java.lang.invoke.MethodHandle handle(
              String name,
              java.lang.foreign.MemoryLayout result,
              java.lang.foreign.MemoryLayout... arguments) {
            return java.lang.foreign.Linker.nativeLinker()
                .downcallHandle(
                    LIBRARY.find(name).orElseThrow(),
                    java.lang.foreign.FunctionDescriptor.of(result, arguments));
          }
        """
        .formatted(name, library, api.prefix());
  }

  private static String javaType(Argument argument) {
    return javaType(argument.type().dtype());
  }

  /** The type of an element; floats of two bytes are their bits. */
  private static String javaType(DType type) {
    return switch (LibraryApi.cType(type)) {
      case "float" -> "float";
      case "double" -> "double";
      case "int32_t" -> "int";
      case "uint16_t" -> "short";
      default -> "byte";
    };
  }

  private static String field(Argument argument) {
    String plain = camel(argument.name(), false);
    return SourceVersion.isKeyword(plain) || plain.equals("model") || plain.equals("memory")
        ? plain + "_"
        : plain;
  }

  /** {@code trainStep} for train_step, or {@code TrainStep}. */
  private static String camel(String name, boolean capital) {
    StringBuilder text = new StringBuilder();
    boolean upper = capital;
    for (int i = 0; i < name.length(); i++) {
      char each = name.charAt(i);
      if (each == '_') {
        upper = true;
      } else {
        text.append(upper ? Character.toUpperCase(each) : each);
        upper = false;
      }
    }
    return text.toString();
  }
}
