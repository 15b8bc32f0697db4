// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.runtime.file.ArrayFile;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dlc weights convert}. */
@Command(
    name = "convert",
    description = "Writes the arrays of one file into another, under other names or types.",
    footer = {
      "",
      "A name is renamed when it, or its beginning up to a dot, is OLD. Without --float, .npz"
          + " files",
      "get f32 for bf16, which NumPy does not have.",
      "",
      "Examples:",
      "  dlc weights convert digits.safetensors digits.npz",
      "  dlc weights convert torch.safetensors w.safetensors --rename 0=conv1 --rename module=",
      "  dlc weights convert half.safetensors full.safetensors --float f32"
    })
final class WeightsConvertCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Parameters(index = "0", paramLabel = "FROM", description = "A .safetensors or .npz file.")
  private Path from;

  @Parameters(index = "1", paramLabel = "TO", description = "The file to write.")
  private Path to;

  @Option(
      names = "--rename",
      paramLabel = "OLD=NEW",
      description = "Another name, or beginning of names; may be given often, may be empty.")
  private Map<String, String> names = new LinkedHashMap<>();

  @Option(
      names = "--float",
      paramLabel = "TYPE",
      description = "The type of all floats: f32, f64, f16 or bf16.")
  private Optional<String> floats;

  @Override
  public Integer call() {
    Optional<ElementType> type = floats.map(WeightsConvertCommand::floatType);
    Map<String, NumberArray> arrays = new LinkedHashMap<>();
    Set<String> unused = new LinkedHashSet<>(names.keySet());
    ArrayFile.read(from)
        .forEach(
            (name, array) -> {
              String renamed = renamed(name, unused);
              NumberArray converted =
                  array.type().isFloat() ? type.map(array::as).orElse(array) : array;
              if (arrays.put(renamed, converted) != null) {
                throw new UserError(
                        Code.BAD_OPTION, "two arrays would be called '%s'".formatted(renamed))
                    .help("dlc weights ls %s shows the names".formatted(from));
              }
            });
    if (!unused.isEmpty()) {
      throw new UserError(
              Code.BAD_OPTION,
              "--rename %s=…: no name is or begins with '%1$s'".formatted(unused.iterator().next()))
          .help("dlc weights ls %s shows the names".formatted(from));
    }
    ArrayFile.write(to, arrays, ArrayFile.metadata(from));
    output.note("wrote %s arrays to %s".formatted(Words.count(arrays.size()), to));
    return 0;
  }

  private String renamed(String name, Set<String> unused) {
    for (Map.Entry<String, String> rule : names.entrySet()) {
      String old = rule.getKey();
      if (name.equals(old) || name.startsWith(old + ".")) {
        unused.remove(old);
        String rest = name.substring(old.length());
        boolean startsWithDot = rule.getValue().isEmpty() && rest.startsWith(".");
        return startsWithDot ? rest.substring(1) : rule.getValue() + rest;
      }
    }
    return name;
  }

  private static ElementType floatType(String name) {
    return ElementType.named(name.toUpperCase(Locale.ROOT))
        .filter(ElementType::isFloat)
        .orElseThrow(
            () ->
                new UserError(Code.BAD_OPTION, "--float is '%s'".formatted(name))
                    .help("it may be f32, f64, f16 or bf16"));
  }
}
