// SPDX-License-Identifier: Apache-2.0
package dlc.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The programs of {@code samples}, made small for devices that are slow to compute or to build. */
public final class SmallSamples {

  /** A part of a program, and what stands there in its place. */
  private record Change(String from, String to) {}

  private static final List<Change> SMALLER =
      List.of(
          new Change("32, 32]", "8, 8]"),
          new Change("28, 28]", "12, 12]"),
          new Change("7, 7]", "3, 3]"),
          new Change("7 * 7", "3 * 3"),
          new Change("[64", "[6"),
          new Change("i32[32]", "i32[6]"),
          new Change("[32, 27]", "[6, 27]"),
          new Change(", 64]", ", 4]"),
          new Change("context=64", "context=6"),
          new Change(", [4, 2], [8, 2]]", "]"));

  private static final Map<String, String> PARAMS =
      Map.of("width", "4", "hidden", "8", "depth", "1");

  private SmallSamples() {}

  /** The files of all samples, as tests of other modules see them. */
  public static List<Path> files() {
    try (Stream<Path> files = Files.list(Path.of("..", "samples"))) {
      return files.filter(file -> file.toString().endsWith(".dl")).sorted().toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The text of {@code sample}, with smaller inputs. */
  public static String text(Path sample) {
    try {
      String text = Files.readString(sample);
      for (Change change : SMALLER) {
        text = text.replace(change.from(), change.to());
      }
      return text;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The params of {@code text} that make it smaller. */
  public static Map<String, String> params(String text) {
    Map<String, String> params = new LinkedHashMap<>();
    PARAMS.forEach(
        (name, value) -> {
          if (text.contains("param " + name + ":")) {
            params.put(name, value);
          }
        });
    return params;
  }
}
