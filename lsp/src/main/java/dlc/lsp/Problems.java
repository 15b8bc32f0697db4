// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import dlc.base.SourceFile;
import dlc.base.Span;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.lsp4j.Diagnostic;
import org.eclipse.lsp4j.DiagnosticRelatedInformation;
import org.eclipse.lsp4j.DiagnosticSeverity;
import org.eclipse.lsp4j.Location;

/** Turns messages of the front end into those of the protocol. */
final class Problems {

  private final Workspace workspace;
  private final SourceFile source;

  Problems(Workspace workspace, SourceFile source) {
    this.workspace = workspace;
    this.source = source;
  }

  List<Diagnostic> of(List<dlc.base.Diagnostic> messages, DiagnosticSeverity severity) {
    return messages.stream().map(each -> problem(each, severity)).toList();
  }

  private Diagnostic problem(dlc.base.Diagnostic message, DiagnosticSeverity severity) {
    StringBuilder text = new StringBuilder(message.message());
    if (!message.label().isEmpty()) {
      text.append('\n').append(message.label());
    }
    List<DiagnosticRelatedInformation> related = new ArrayList<>();
    for (dlc.base.Diagnostic.Note note : message.notes()) {
      if (note.span().isPresent()) {
        related.add(new DiagnosticRelatedInformation(location(note.span().get()), note.message()));
      } else {
        text.append('\n').append(note.message());
      }
    }
    message.help().ifPresent(help -> text.append("\nhelp: ").append(help));
    Span place = message.span();
    if (place.source() != source) {
      // A mistake in an imported file is shown where that file is asked for.
      related.add(new DiagnosticRelatedInformation(location(place), message.message()));
      text.insert(0, "in " + place + ": ");
      place = importOf(place);
    }
    Diagnostic problem = new Diagnostic(Positions.of(place), text.toString(), severity, "dlc");
    problem.setCode(message.code().id());
    problem.setRelatedInformation(related);
    return problem;
  }

  private Location location(Span span) {
    boolean isNowhere = span.source() == SourceFile.NONE;
    Span place = isNowhere ? new Span(source, 0, 0) : span;
    return new Location(workspace.uri(place.source()), Positions.of(place));
  }

  private Span importOf(Span place) {
    List<FileIndex.Import> imports = workspace.index(source).imports();
    return imports.stream()
        .filter(each -> leadsTo(each, place.source()))
        .findFirst()
        .map(FileIndex.Import::span)
        .orElse(new Span(source, 0, 0));
  }

  private boolean leadsTo(FileIndex.Import each, SourceFile wanted) {
    return workspace
        .file(source, each.path())
        .filter(
            file ->
                workspace.program(file).stream()
                    .anyMatch(index -> index.source().name().equals(wanted.name())))
        .isPresent();
  }
}
