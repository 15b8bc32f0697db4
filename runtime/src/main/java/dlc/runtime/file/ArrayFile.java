// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import dlc.base.Code;
import dlc.base.UserError;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A file of named arrays, of the kind that its name ends with. */
public final class ArrayFile {

  /** What files of arrays there are. */
  private enum Kind {
    SAFETENSORS,
    NPZ;

    static Kind of(Path path) {
      String name = path.toString().toLowerCase(Locale.ROOT);
      for (Kind kind : values()) {
        if (name.endsWith("." + kind.name().toLowerCase(Locale.ROOT))) {
          return kind;
        }
      }
      throw new UserError(Code.BAD_OPTION, path + " ends neither with .safetensors nor with .npz")
          .help(
              "PyTorch's own files become such ones in Python:"
                  + " safetensors.torch.save_file(model.state_dict(), name)");
    }
  }

  private ArrayFile() {}

  /** The arrays of {@code path} by name, in the order of the file. */
  public static Map<String, NumberArray> read(Path path) {
    return switch (Kind.of(path)) {
      case SAFETENSORS -> SafeTensors.read(path);
      case NPZ -> Npz.read(path);
    };
  }

  /** What the file at {@code path} says of itself; a {@code .npz} file says nothing. */
  public static Map<String, String> metadata(Path path) {
    return switch (Kind.of(path)) {
      case SAFETENSORS -> SafeTensors.metadata(path);
      case NPZ -> Map.of();
    };
  }

  /**
   * Writes {@code arrays} in their order, all at once or not at all; NumPy, which has no bf16, gets
   * such arrays as f32, and no {@code metadata}.
   */
  public static void write(
      Path path, Map<String, NumberArray> arrays, Map<String, String> metadata) {
    switch (Kind.of(path)) {
      case SAFETENSORS -> SafeTensors.write(path, arrays, metadata);
      case NPZ -> {
        Map<String, NumberArray> known = new LinkedHashMap<>();
        arrays.forEach(
            (name, array) ->
                known.put(
                    name, array.type() == ElementType.BF16 ? array.as(ElementType.F32) : array));
        Npz.write(path, known);
      }
    }
  }
}
