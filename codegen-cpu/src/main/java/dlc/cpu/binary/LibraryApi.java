// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The functions of a library, one for each entry point and a few around them, with the model's
 * name.
 *
 * @param prefix what all of their names begin with
 */
record LibraryApi(String prefix, List<Function> functions) {

  /** An argument; scalars come by value, all else as an address. */
  record Argument(String name, TensorType type, boolean isResult) {

    boolean isScalar() {
      return type.rank() == 0 && !isResult;
    }
  }

  /** A function that runs an entry point on {@code batch} samples. */
  record Function(String entry, int batch, List<Argument> arguments) {

    List<Argument> inputs() {
      return arguments.stream().filter(argument -> !argument.isResult()).toList();
    }

    List<Argument> results() {
      return arguments.stream().filter(Argument::isResult).toList();
    }
  }

  LibraryApi {
    functions = List.copyOf(functions);
  }

  /** The functions for the entry points of {@code model}. */
  static LibraryApi of(BinaryModel model) {
    List<Function> functions =
        model.versions().getFirst().code().stream()
            .map(code -> function(code.entry(), code.batch()))
            .toList();
    return new LibraryApi(prefix(model.identity().model()), functions);
  }

  private static Function function(KernelProgram.Entry entry, int batch) {
    List<Argument> arguments = new ArrayList<>();
    entry.inputs().forEach((name, slot) -> arguments.add(argument(name, slot, false)));
    for (Map.Entry<String, KernelProgram.Slot> result : entry.results().entrySet()) {
      if (result.getValue().place().region() != Region.STATE) {
        arguments.add(argument(result.getKey(), result.getValue(), true));
      }
    }
    return new Function(entry.name(), batch, arguments);
  }

  private static Argument argument(String name, KernelProgram.Slot slot, boolean isResult) {
    // An input and a result may have the same name: the rate that is given and that in force.
    String distinct = isResult && name.equals("lr") ? "lr_in_force" : name;
    return new Argument(distinct.replaceAll("\\W", "_"), slot.type(), isResult);
  }

  /** {@code simple_cnn} for SimpleCNN. */
  private static String prefix(String model) {
    return model
        .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
        .replaceAll("([A-Z]+)([A-Z][a-z])", "$1_$2")
        .toLowerCase(Locale.ROOT);
  }

  /** The names of all functions. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    for (String name : List.of("arena_bytes", "open", "saved_bytes", "save", "load")) {
      names.add(prefix + "_" + name);
    }
    functions.forEach(function -> names.add(prefix + "_" + function.entry()));
    return names;
  }

  /** Module text: functions around those of {@code library.c}. */
  String module() {
    StringBuilder text = new StringBuilder();
    text.append("declare i64 @dlc_library_arena_bytes()\n");
    text.append("declare i32 @dlc_library_open(ptr)\n");
    text.append("declare i64 @dlc_library_saved_bytes()\n");
    text.append("declare i32 @dlc_library_save(ptr, ptr)\n");
    text.append("declare i32 @dlc_library_load(ptr, ptr, i64)\n");
    text.append("declare i32 @dlc_library_run(ptr, ptr, ptr, ptr)\n\n");
    forward(text, "i64", "arena_bytes", "");
    forward(text, "i32", "open", "ptr %arena");
    forward(text, "i64", "saved_bytes", "");
    forward(text, "i32", "save", "ptr %arena, ptr %bytes");
    forward(text, "i32", "load", "ptr %arena, ptr %bytes, i64 %count");
    functions.forEach(function -> define(text, function));
    return text.toString();
  }

  private void forward(StringBuilder text, String type, String name, String arguments) {
    text.append(
        """
        define %s @%s_%s(%s) {
          %%r = tail call %s @dlc_library_%s(%s)
          ret %s %%r
        }

        """
            .formatted(type, prefix, name, arguments, type, name, arguments, type));
  }

  private void define(StringBuilder text, Function function) {
    StringBuilder arguments = new StringBuilder("ptr %%arena".formatted());
    StringBuilder body = new StringBuilder();
    list(body, "inputs", function.inputs());
    list(body, "results", function.results());
    for (Argument argument : function.arguments()) {
      String type = argument.isScalar() ? llvmType(argument.type().dtype()) : "ptr";
      arguments.append(", %s %%a.%s".formatted(type, argument.name()));
    }
    byte[] name = (function.entry() + "\0").getBytes(java.nio.charset.StandardCharsets.UTF_8);
    text.append(
        "@name.%s = private unnamed_addr constant [%d x i8] c\"%s\\00\"\n"
            .formatted(function.entry(), name.length, function.entry()));
    text.append(
        """
        define i32 @%s_%s(%s) {
        %s  %%r = call i32 @dlc_library_run(ptr %%arena, ptr @name.%s, ptr %%inputs, ptr %%results)
          ret i32 %%r
        }

        """
            .formatted(prefix, function.entry(), arguments, body, function.entry()));
  }

  /** Writes the addresses of {@code arguments} one after the other. */
  private static void list(StringBuilder body, String name, List<Argument> arguments) {
    body.append("  %%%s = alloca [%d x ptr]\n".formatted(name, arguments.size() + 1));
    for (int i = 0; i < arguments.size(); i++) {
      Argument argument = arguments.get(i);
      String address = "%a." + argument.name();
      if (argument.isScalar()) {
        String type = llvmType(argument.type().dtype());
        address = "%s." + argument.name();
        body.append("  %s = alloca %s\n".formatted(address, type));
        body.append("  store %s %%a.%s, ptr %s\n".formatted(type, argument.name(), address));
      }
      body.append("  %%%s.%d = getelementptr ptr, ptr %%%s, i64 %d\n".formatted(name, i, name, i));
      body.append("  store ptr %s, ptr %%%s.%d\n".formatted(address, name, i));
    }
  }

  private static String llvmType(DType type) {
    return switch (cType(type)) {
      case "float" -> "float";
      case "double" -> "double";
      case "int32_t" -> "i32";
      case "uint16_t" -> "i16";
      default -> "i8";
    };
  }

  /** The type of an element in C; floats of two bytes are their bits. */
  static String cType(DType type) {
    return switch (type.toString()) {
      case "f32" -> "float";
      case "f64" -> "double";
      case "i32" -> "int32_t";
      case "f16", "bf16" -> "uint16_t";
      default -> "uint8_t";
    };
  }
}
