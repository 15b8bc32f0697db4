// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** The lines of {@code pytorch.txt}: what PyTorch has, and what it is in dl. */
record PyTorchTable(List<Section> sections) {

  /** What a line of dl is, and how it becomes a program that can be checked. */
  enum Kind {
    LAYER,
    FUNCTION,
    INITIALIZER,
    LOSS,
    OPTIMIZER,
    SCHEDULE,
    AUGMENTATION,
    SETTING
  }

  /** A heading with its lines. */
  record Section(String title, Kind kind, List<String> text, List<Row> rows) {}

  /** A line; {@code dl} is empty for what is not there. */
  record Row(String torch, String dl, String inputs, String remark) {

    boolean isThere() {
      return !dl.isEmpty();
    }
  }

  static PyTorchTable read() {
    List<Section> sections = new ArrayList<>();
    for (String line : lines()) {
      if (line.startsWith("## ")) {
        int colon = line.lastIndexOf(':');
        Kind kind = Kind.valueOf(line.substring(colon + 1).strip().toUpperCase(Locale.ROOT));
        sections.add(
            new Section(line.substring(3, colon), kind, new ArrayList<>(), new ArrayList<>()));
      } else if (!line.contains("|")) {
        sections.getLast().text().add(line);
      } else {
        String[] columns =
            Arrays.stream(line.split("\\|", -1)).map(String::strip).toArray(String[]::new);
        String dl = columns[1].equals("-") ? "" : columns[1];
        sections.getLast().rows().add(new Row(columns[0], dl, columns[2], columns[3]));
      }
    }
    return new PyTorchTable(List.copyOf(sections));
  }

  private static List<String> lines() {
    try (InputStream file =
        Objects.requireNonNull(PyTorchTable.class.getResourceAsStream("pytorch.txt"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && (!line.startsWith("#") || line.startsWith("## ")))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The page that is made of it. */
  String page() {
    StringBuilder page =
        new StringBuilder(
            """
            # From PyTorch to dl

            What PyTorch has, the line of dl that is the same, and what is not there. Names of weights,
            arguments and defaults are PyTorch's unless it is said; the numbers are, too. A test
            compiles every line of dl here. This page is made from
            `frontend/src/test/resources/dlc/frontend/pytorch.txt`.
            """);
    for (Section section : sections) {
      page.append("\n## ").append(section.title()).append("\n\n");
      section.text().forEach(text -> page.append(text).append("\n\n"));
      page.append("| PyTorch | dl | |\n| --- | --- | --- |\n");
      for (Row row : section.rows()) {
        String dl = row.isThere() ? "`" + prefix(section.kind()) + row.dl() + "`" : "not there";
        page.append("| %s | %s | %s |\n".formatted(row.torch(), dl, row.remark()));
      }
    }
    return page.toString();
  }

  private static String prefix(Kind kind) {
    return switch (kind) {
      case AUGMENTATION -> "augment ";
      case LOSS, OPTIMIZER, SCHEDULE -> kind.name().toLowerCase(Locale.ROOT) + " ";
      case LAYER, FUNCTION, INITIALIZER, SETTING -> "";
    };
  }
}
