// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import dlc.base.Code;
import dlc.base.Reason;
import dlc.base.UserError;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelPrinter;
import dlc.ir.scalar.Buffer;
import dlc.opencl.Launch;
import dlc.opencl.StandAloneText;
import dlc.runtime.file.AtomicFile;
import dlc.runtime.file.NumberArray;
import dlc.runtime.file.SafeTensors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A kernel that differs, as a folder with which those who make the driver can see it without dlc.
 *
 * <p>It has the kernel, what it was given, what was expected, and a program in C that runs and
 * compares.
 */
public final class Reproducer {

  private static final String BUFFERS = "buffers.safetensors";

  private final KernelDifference difference;
  private final double tolerance;

  /** For a kernel that differed by more than {@code tolerance}. */
  public Reproducer(KernelDifference difference, double tolerance) {
    this.difference = difference;
    this.tolerance = tolerance;
  }

  /** Writes the files into {@code folder}, which is made where it is missing. */
  public void write(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException failure) {
      throw new UserError(Code.CANNOT_WRITE, folder, Reason.of(failure))
          .help("choose a folder that you may write to");
    }
    Kernel kernel = difference.call().kernel();
    StandAloneText text = StandAloneText.of(kernel);
    write(folder.resolve("kernel.cl"), text.text());
    write(folder.resolve("kernel.dlk"), KernelPrinter.print(kernel));
    write(folder.resolve("host.c"), host().replace("/*TABLES*/", tables(kernel, text)));
    SafeTensors.write(folder.resolve(BUFFERS), difference.arrays());
  }

  private static void write(Path file, String text) {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    AtomicFile.write(
        file,
        channel -> {
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        });
  }

  private static String host() {
    try (InputStream file =
        Objects.requireNonNull(Reproducer.class.getResourceAsStream("host.c"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** What the program in C knows of this kernel. */
  private String tables(Kernel kernel, StandAloneText text) {
    Map<String, Long> places = places();
    StringBuilder tables = new StringBuilder("static const struct buffer BUFFERS[] = {\n");
    for (Buffer buffer : kernel.arguments()) {
      NumberArray given = Objects.requireNonNull(difference.arrays().get(buffer.name()));
      tables.append(
          "  {\"%s\", %s, %d, %d, %d},\n"
              .formatted(
                  buffer.name(),
                  given.type().name(),
                  given.values().byteSize(),
                  places.get(buffer.name()),
                  places.getOrDefault("expected." + buffer.name(), 0L)));
    }
    tables.append("};\n\nstatic const struct launch LAUNCHES[] = {\n");
    for (Launch launch : text.launches()) {
      int items = Math.max(1, launch.items());
      tables.append(
          "  {\"%s\", %d, %d},\n"
              .formatted(launch.function(), (long) launch.turns() * items, items));
    }
    return tables.append("};\n\n#define TOLERANCE ").append(tolerance).toString();
  }

  /** Where each array lies in the file of buffers, in bytes from its start. */
  private Map<String, Long> places() {
    Map<String, Long> places = new HashMap<>();
    long place = SafeTensors.start(difference.arrays(), Map.of()).length;
    for (Map.Entry<String, NumberArray> array : difference.arrays().entrySet()) {
      places.put(array.getKey(), place);
      place += array.getValue().values().byteSize();
    }
    return places;
  }
}
