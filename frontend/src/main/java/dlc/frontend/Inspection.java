// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import dlc.base.DeepStack;
import dlc.base.Diagnostic;
import dlc.base.Diagnostics;
import dlc.base.SourceFile;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.File;
import dlc.frontend.elaborate.Declarations;
import dlc.frontend.elaborate.Elaborator;
import dlc.frontend.elaborate.Library;
import dlc.frontend.elaborate.Witness;
import dlc.frontend.value.Steering;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that can be found out about a program, be it right or wrong, for an editor.
 *
 * @param files those that could be read, imported ones first, the program itself last
 */
public record Inspection(
    List<File> files, List<Diagnostic> diagnostics, List<Diagnostic> warnings) {

  public Inspection {
    files = List.copyOf(files);
    diagnostics = List.copyOf(diagnostics);
    warnings = List.copyOf(warnings);
  }

  /** Looks at a program as far as it makes sense; {@code witness} is told what its models do. */
  public static Inspection of(SourceFile source, Imports imports, Witness witness) {
    return DeepStack.call(() -> inspect(source, imports, witness));
  }

  private static Inspection inspect(SourceFile source, Imports imports, Witness witness) {
    Diagnostics diagnostics = new Diagnostics();
    List<File> files = new Loader(imports, diagnostics).load(source);
    List<Diagnostic> warnings = new ArrayList<>();
    if (diagnostics.isEmpty()) {
      Declarations declarations =
          Declarations.of(files, Optional.of(Library.declarations()), diagnostics);
      Elaborator elaborator = new Elaborator(declarations, Map.of(), Steering.NONE, diagnostics);
      for (Declaration.Model model : declarations.models()) {
        elaborator
            .check(model, diagnostics, witness)
            .ifPresent(outline -> warnings.addAll(outline.warnings()));
      }
      elaborator.checkUnused(diagnostics);
      FrontEnd.reportOrphans(declarations, diagnostics);
    }
    return new Inspection(files, diagnostics.sorted(), warnings);
  }
}
