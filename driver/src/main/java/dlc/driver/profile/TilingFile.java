// SPDX-License-Identifier: Apache-2.0
package dlc.driver.profile;

import dlc.base.Code;
import dlc.base.Reason;
import dlc.base.UserError;
import dlc.driver.Compiler;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelPrinter;
import dlc.ir.kernel.Target;
import dlc.passes.Pipeline;
import dlc.passes.schedule.TilingChoice;
import dlc.runtime.file.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tilings that were measured to be the fastest, by kernel and processor, as a file keeps them.
 *
 * <p>A line is {@code 1}, the version; the kernel's key; the processor; the bytes of its vectors;
 * the tiling; and for people the kernel's name, with tabs between them. Of two lines for the same
 * kernel and processor the last one counts. Lines that begin with {@code #} are comments.
 */
public final class TilingFile {

  private static final String VERSION = "1";
  private static final int FIELDS = 6;
  private static final int KEY_DIGITS = 32;
  private static final String HEAD =
      "# Tilings that dlc tune measured; safe to share and to delete (docs/tuning.md).\n";

  /** What a tiling is for. */
  private record Place(String key, String cpu, String vectorBytes) {}

  private final Map<Place, String> tilings = new LinkedHashMap<>();
  private final Map<Place, String> names = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();

  private TilingFile() {}

  /** What {@code path} holds; nothing where there is no such file. */
  public static TilingFile read(Path path) {
    TilingFile file = new TilingFile();
    try {
      List<String> lines =
          new String(Files.readAllBytes(path), StandardCharsets.UTF_8).lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        file.add(lines.get(i), path, i + 1);
      }
    } catch (NoSuchFileException _) {
      // Nothing was tuned yet.
    } catch (IOException failure) {
      throw new UserError(Code.CANNOT_READ, path, Reason.of(failure)).help("delete the file");
    }
    return file;
  }

  private void add(String line, Path path, int number) {
    if (line.isBlank() || line.startsWith("#")) {
      return;
    }
    String[] fields = line.split("\t", -1);
    if (!fields[0].equals(VERSION) && fields[0].matches("\\d+")) {
      warnings.add(
          "%s:%d: version %s is not known, the line is ignored".formatted(path, number, fields[0]));
    } else if (fields.length != FIELDS
        || !fields[1].matches("[0-9a-f]{%d}".formatted(KEY_DIGITS))
        || !fields[3].matches("\\d+")) {
      warnings.add("%s:%d: the line is damaged and ignored".formatted(path, number));
    } else {
      Place place = new Place(fields[1], fields[2], fields[3]);
      tilings.put(place, fields[4]);
      names.put(place, fields[5]);
    }
  }

  /** What was wrong with the file. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** How many tilings there are. */
  public int size() {
    return tilings.size();
  }

  /** Takes the tilings of this file; a tiling that there is no longer counts for nothing. */
  public TilingChoice choiceFor(Target target) {
    return tilings.isEmpty()
        ? TilingChoice.ESTIMATED
        : (kernel, ways) ->
            Math.max(0, ways.indexOf(tilings.getOrDefault(place(kernel, target), "")));
  }

  /** A compiler for {@code target} that takes the tilings of this file. */
  public Compiler compilerFor(Target target) {
    return new Compiler(target, Pipeline.SILENT, choiceFor(target));
  }

  /** Keeps {@code tiling} for {@code kernel}, in memory. */
  void put(Kernel kernel, Target target, String tiling) {
    Place place = place(kernel, target);
    tilings.put(place, tiling);
    names.put(place, kernel.name());
  }

  /** Leaves {@code kernel} to the estimate. */
  void remove(Kernel kernel, Target target) {
    Place place = place(kernel, target);
    tilings.remove(place);
    names.remove(place);
  }

  /** Writes all that is kept to {@code path}, whose folder is made where there is none. */
  public void write(Path path) {
    StringBuilder text = new StringBuilder(HEAD);
    tilings.forEach(
        (place, tiling) ->
            text.append(
                String.join(
                        "\t",
                        VERSION,
                        place.key,
                        place.cpu,
                        place.vectorBytes,
                        tiling,
                        names.getOrDefault(place, ""))
                    + "\n"));
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
    } catch (IOException failure) {
      throw new UserError(Code.CANNOT_WRITE, path, Reason.of(failure))
          .help("choose a folder that you may write to");
    }
    AtomicFile.write(path, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static Place place(Kernel kernel, Target target) {
    return new Place(key(kernel), target.cpu(), Integer.toString(target.vectorBytes()));
  }

  /** A digest of the kernel's text without its name: equal kernels have equal ones everywhere. */
  static String key(Kernel kernel) {
    try {
      byte[] text = KernelPrinter.print(kernel.named("kernel")).getBytes(StandardCharsets.UTF_8);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
      return HexFormat.of().formatHex(digest).substring(0, KEY_DIGITS);
    } catch (NoSuchAlgorithmException failure) {
      throw new IllegalStateException("every Java has SHA-256", failure);
    }
  }
}
