// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import java.util.ArrayList;
import java.util.List;

/** A named text with fast access to its lines. Offsets are UTF-16 indices into the text. */
public final class SourceFile {

  /** The source of values that no text stands for, such as those a pass invents. */
  public static final SourceFile NONE = new SourceFile("<none>", "");

  private final String name;
  private final String text;
  private final List<Integer> lineStarts;

  public SourceFile(String name, String text) {
    this.name = name;
    this.text = text;
    List<Integer> starts = new ArrayList<>();
    starts.add(0);
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\n') {
        starts.add(i + 1);
      }
    }
    this.lineStarts = List.copyOf(starts);
  }

  public String name() {
    return name;
  }

  public String text() {
    return text;
  }

  /** The 1-based line that holds {@code offset}. */
  public int line(int offset) {
    int low = 0;
    int high = lineStarts.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (lineStarts.get(middle) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low + 1;
  }

  /** The 1-based column of {@code offset} in its line. */
  public int column(int offset) {
    return offset - lineStarts.get(line(offset) - 1) + 1;
  }

  /** The text of the 1-based {@code line}, without its line end. */
  public String lineText(int line) {
    int start = lineStarts.get(line - 1);
    int end = line < lineStarts.size() ? lineStarts.get(line) - 1 : text.length();
    return text.substring(start, end).stripTrailing();
  }

  @Override
  public String toString() {
    return name;
  }
}
