// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import dlc.base.Code;
import dlc.base.UserError;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A table of text cells: RFC 4180 with any one-character separator, plain or gzip.
 *
 * <p>Cells may be quoted, and then hold separators, line ends and doubled quotes. Empty lines are
 * skipped. All rows have the same number of cells.
 */
public record Csv(String name, List<String> header, List<List<Cell>> rows) {

  private static final int LONGEST = Integer.MAX_VALUE - 16;

  /** The text of a cell without its quotes, and where it begins; both counts are from 1. */
  public record Cell(String text, int line, int column) {

    public boolean isBlank() {
      return text.isBlank();
    }
  }

  public Csv {
    header = List.copyOf(header);
    rows = List.copyOf(rows);
  }

  /** Reads {@code path}; without a header the columns are called by their numbers, from 0. */
  public static Csv read(Path path, char separator, boolean hasHeader) {
    String text;
    try (DataFile file = DataFile.open(path)) {
      text = decoded(file, file.upTo(LONGEST));
    }
    List<List<Cell>> rows = new Scanner(path.toString(), text, separator).rows();
    if (rows.isEmpty() || (hasHeader && rows.size() == 1)) {
      throw new UserError(Code.DATA_EMPTY, path).help("a row for each sample was expected");
    }
    List<String> header = new ArrayList<>();
    for (Cell cell : rows.getFirst()) {
      header.add(hasHeader ? cell.text.strip() : String.valueOf(header.size()));
    }
    Csv csv = new Csv(path.toString(), header, hasHeader ? rows.subList(1, rows.size()) : rows);
    csv.requireEvenRows();
    return csv;
  }

  /** A complaint about the content of {@code cell}, with its place. */
  public UserError complaint(Cell cell, String found) {
    return new UserError(Code.DATA_VALUE, name + ":" + cell.line + ":" + cell.column, found);
  }

  private void requireEvenRows() {
    for (List<Cell> row : rows) {
      if (row.size() != header.size()) {
        throw complaint(
                row.getLast(),
                "this row has %d cells, the first one has %d".formatted(row.size(), header.size()))
            .help("put a cell that holds the separator into double quotes");
      }
    }
  }

  private static String decoded(DataFile file, byte[] bytes) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString();
      if (text.indexOf('\0') >= 0) {
        throw file.malformed("this is not text").help("a CSV file was expected");
      }
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException _) {
      throw file.malformed("this is not UTF-8 text").help("save the table as CSV in UTF-8");
    }
  }

  /** Cuts text into cells. */
  private static final class Scanner {

    private final String name;
    private final String text;
    private final char separator;
    private int at;
    private int line = 1;
    private int lineStart;

    Scanner(String name, String text, char separator) {
      this.name = name;
      this.text = text;
      this.separator = separator;
    }

    List<List<Cell>> rows() {
      List<List<Cell>> rows = new ArrayList<>();
      while (at < text.length()) {
        List<Cell> row = row();
        if (row.size() > 1 || !row.getFirst().isBlank()) {
          rows.add(row);
        }
      }
      return rows;
    }

    private List<Cell> row() {
      List<Cell> row = new ArrayList<>();
      while (true) {
        row.add(cell());
        if (at < text.length() && text.charAt(at) == separator) {
          at++;
          continue;
        }
        endLine();
        return row;
      }
    }

    private Cell cell() {
      int startLine = line;
      int column = at - lineStart + 1;
      boolean quoted = at < text.length() && text.charAt(at) == '"';
      String content = quoted ? quoted(startLine, column) : plain();
      return new Cell(content, startLine, column);
    }

    private String plain() {
      int start = at;
      while (!atCellEnd()) {
        at++;
      }
      return text.substring(start, at);
    }

    private String quoted(int startLine, int column) {
      StringBuilder content = new StringBuilder();
      at++;
      while (at < text.length()) {
        char c = text.charAt(at++);
        if (c == '"') {
          if (at < text.length() && text.charAt(at) == '"') {
            at++;
          } else if (atCellEnd()) {
            return content.toString();
          } else {
            throw complaint(line, at - lineStart + 1, "text follows the closing quote")
                .help("double a quote inside quotes");
          }
        } else if (c == '\n') {
          line++;
          lineStart = at;
        }
        content.append(c);
      }
      throw complaint(startLine, column, "this quote has no end").help("close it with \"");
    }

    private boolean atCellEnd() {
      if (at == text.length()) {
        return true;
      }
      char c = text.charAt(at);
      return c == separator || c == '\n' || c == '\r';
    }

    private void endLine() {
      if (at < text.length() && text.charAt(at) == '\r') {
        at++;
      }
      if (at < text.length() && text.charAt(at) == '\n') {
        at++;
      }
      line++;
      lineStart = at;
    }

    private UserError complaint(int atLine, int column, String found) {
      return new UserError(Code.DATA_VALUE, name + ":" + atLine + ":" + column, found);
    }
  }
}
