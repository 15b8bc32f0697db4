// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One message about a place in a program.
 *
 * @param label what stands beside the carets; may be empty
 */
public record Diagnostic(
    Code code, Span span, String message, String label, List<Note> notes, Optional<String> help) {

  /** A remark below the source line, such as how a shape came to be, or a second place. */
  public record Note(Optional<Span> span, String message) {}

  public Diagnostic {
    notes = List.copyOf(notes);
  }

  public static Diagnostic of(Code code, Span span, String message) {
    return new Diagnostic(code, span, message, "", List.of(), Optional.empty());
  }

  public Diagnostic withLabel(String text) {
    return new Diagnostic(code, span, message, text, notes, help);
  }

  public Diagnostic withNote(String text) {
    return withNote(new Note(Optional.empty(), text));
  }

  /** Adds a second place that explains the first. */
  public Diagnostic withNote(Span place, String text) {
    return withNote(new Note(Optional.of(place), text));
  }

  public Diagnostic withHelp(String text) {
    return new Diagnostic(code, span, message, label, notes, Optional.of(text));
  }

  /** Adds "did you mean" where {@code nearest} names something. */
  public Diagnostic withNearest(Optional<String> nearest) {
    return nearest.map(name -> withHelp("did you mean '" + name + "'?")).orElse(this);
  }

  private Diagnostic withNote(Note note) {
    List<Note> more = new ArrayList<>(notes);
    more.add(note);
    return new Diagnostic(code, span, message, label, more, help);
  }

  /** The message with its source line and carets, as a terminal shows it; ends with a line end. */
  public String render() {
    StringBuilder out = new StringBuilder();
    out.append(code.prefix()).append(message).append('\n');
    if (span.source() == SourceFile.NONE) {
      appendRemarks(out, "  ");
      return out.toString();
    }
    String number = Integer.toString(span.line());
    String gutter = " ".repeat(number.length() + 2);
    out.append(" ".repeat(number.length() + 1)).append("--> ").append(span).append('\n');
    out.append(gutter).append("|\n");
    Excerpt excerpt = Excerpt.of(span);
    out.append(' ').append(number).append(" | ").append(excerpt.text()).append('\n');
    out.append(gutter).append("| ").append(excerpt.carets());
    out.append(label.isEmpty() ? "" : " " + label).append('\n');
    if (!notes.isEmpty() || help.isPresent()) {
      out.append(gutter).append("|\n");
      appendRemarks(out, gutter);
    }
    return out.toString();
  }

  private void appendRemarks(StringBuilder out, String indent) {
    for (Note note : notes) {
      String place = note.span().map(other -> other + ": ").orElse("");
      out.append(indent).append("= ").append(place).append(note.message()).append('\n');
    }
    help.ifPresent(text -> out.append(indent).append("= help: ").append(text).append('\n'));
  }
}
