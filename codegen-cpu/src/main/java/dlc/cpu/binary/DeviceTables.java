// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import dlc.cpu.binary.BinaryModel.DeviceCode;
import dlc.cpu.binary.BinaryModel.DeviceVersion;
import dlc.cpu.binary.Constants.Field;
import dlc.ir.kernel.KernelProgram.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;

/** The part of {@link ModelTables} about OpenCL devices. */
final class DeviceTables {

  private final Constants constants;
  private final Function<Entry, Field> slots;

  /** Writes to {@code constants}; the inputs and results of an entry point are {@code slots}. */
  DeviceTables(Constants constants, Function<Entry, Field> slots) {
    this.constants = constants;
    this.slots = slots;
  }

  List<Field> version(DeviceVersion version) {
    return List.of(
        constants.text(version.name()),
        Field.of(version.vectorBytes()),
        Field.of(version.code().size()),
        constants.structs(version.code().stream().map(this::entry).toList()));
  }

  private List<Field> entry(DeviceCode code) {
    return List.of(
        constants.text(code.entry().name()),
        Field.of(code.batch()),
        Field.NULL,
        Field.NULL,
        constants.struct(code(code)),
        Field.of(code.workBytes()),
        Field.of(code.entry().inputs().size()),
        Field.of(code.entry().results().size()),
        slots.apply(code.entry()));
  }

  private List<Field> code(DeviceCode code) {
    byte[] text = compressed(code.text());
    return List.of(
        constants.blob(text),
        Field.of(text.length),
        Field.of(code.tellsSteps()),
        Field.of(code.needsDoubles()),
        Field.of(code.launches().size()),
        constants.structs(
            code.launches().stream()
                .map(
                    launch ->
                        List.of(
                            constants.text(launch.function()),
                            Field.of(launch.first()),
                            Field.of(launch.last()),
                            Field.of(launch.turns()),
                            Field.of(launch.items()),
                            Field.of(launch.sharedBytes())))
                .toList()),
        Field.of(code.landmarks().size()),
        constants.structs(
            code.landmarks().entrySet().stream()
                .map(mark -> List.of(Field.of(mark.getKey()), constants.text(mark.getValue())))
                .toList()),
        Field.of(code.constantsAt()),
        Field.of(code.constants().size()),
        constants.blob(code.constants().toArray()),
        Field.of(code.entry().writesState()));
  }

  private static byte[] compressed(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream stream = new GZIPOutputStream(bytes)) {
      stream.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return bytes.toByteArray();
  }
}
