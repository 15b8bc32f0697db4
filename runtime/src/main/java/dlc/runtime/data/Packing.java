// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.ir.TensorType;
import dlc.runtime.file.DataFile;
import dlc.runtime.file.ElementType;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.SafeTensors;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Writes data as arrays that the source {@code safetensors} reads, so that decoding is done once.
 */
public final class Packing {

  private Packing() {}

  /** Writes the training and test part; gives the setting {@code data} that reads them. */
  public static String write(Path path, Loaded data) {
    Map<String, NumberArray> arrays = new LinkedHashMap<>();
    String setting = "data train=" + add(arrays, path, "train", data.training());
    if (data.test().isPresent()) {
      setting += ", test=" + add(arrays, path, "test", data.test().get());
    }
    SafeTensors.write(path, arrays);
    return setting;
  }

  private static String add(
      Map<String, NumberArray> arrays, Path path, String part, Dataset dataset) {
    List<String> arguments = new ArrayList<>();
    arguments.add("\"" + path.getFileName() + "\"");
    for (Column input : dataset.inputs()) {
      String name = part + "." + input.name();
      arrays.put(name, array(dataset, input));
      arguments.add(input.name() + "=\"" + name + "\"");
    }
    dataset
        .target()
        .ifPresent(
            target -> {
              arrays.put(part + ".y", array(dataset, target));
              arguments.add("y=\"" + part + ".y\"");
            });
    return "safetensors(" + String.join(", ", arguments) + ")";
  }

  private static NumberArray array(Dataset dataset, Column column) {
    TensorType type = column.type();
    MemorySegment memory = DataFile.allocate(type.bytes() * dataset.size(), "the packed data");
    IntStream.range(0, dataset.size())
        .parallel() // images are decoded here
        .forEach(sample -> column.copyRow(dataset.row(sample), memory, type.dtype(), sample));
    List<Integer> dims = new ArrayList<>();
    dims.add(dataset.size());
    dims.addAll(type.dims());
    return new NumberArray(ElementType.of(type.dtype()), dims, memory);
  }
}
