// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import dlc.base.Code;
import dlc.base.CompilationFailed;
import dlc.base.DeepStack;
import dlc.base.Diagnostics;
import dlc.base.NearestName;
import dlc.base.SourceFile;
import dlc.frontend.ast.Declaration;
import dlc.frontend.ast.File;
import dlc.frontend.elaborate.Declarations;
import dlc.frontend.elaborate.Elaborator;
import dlc.frontend.elaborate.Library;
import dlc.frontend.elaborate.Outline;
import dlc.frontend.value.Steering;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The front door: from a text to checked models. */
public final class FrontEnd {

  private FrontEnd() {}

  /**
   * Checks a program.
   *
   * @param overrides new values for its params, as on the command line
   * @throws CompilationFailed with all of its errors
   */
  public static CheckedFile check(
      SourceFile source, Imports imports, Map<String, String> overrides) {
    return check(source, imports, overrides, Steering.NONE);
  }

  /** The same; what follows from the params of {@code steering} is found out. */
  public static CheckedFile check(
      SourceFile source, Imports imports, Map<String, String> overrides, Steering steering) {
    return DeepStack.call(() -> checkOnDeepStack(source, imports, overrides, steering));
  }

  private static CheckedFile checkOnDeepStack(
      SourceFile source, Imports imports, Map<String, String> overrides, Steering steering) {
    Diagnostics diagnostics = new Diagnostics();
    List<File> files = new Loader(imports, diagnostics).load(source);
    diagnostics.throwIfAny();
    Declarations declarations =
        Declarations.of(files, Optional.of(Library.declarations()), diagnostics);
    Elaborator elaborator = new Elaborator(declarations, overrides, steering, diagnostics);
    List<CheckedModel> models = new ArrayList<>();
    for (Declaration.Model model : declarations.models()) {
      Optional<Outline> outline = elaborator.check(model, diagnostics);
      outline.ifPresent(
          each ->
              models.add(
                  new CheckedModel(elaborator, each, elaborator.train(model.name().text()))));
    }
    elaborator.checkUnused(diagnostics);
    reportOrphans(declarations, diagnostics);
    diagnostics.throwIfAny();
    return new CheckedFile(source, models, elaborator.params(), elaborator.floatParams());
  }

  static void reportOrphans(Declarations declarations, Diagnostics diagnostics) {
    List<String> names = declarations.models().stream().map(model -> model.name().text()).toList();
    List<String> trained = new ArrayList<>();
    for (Declaration.Train train : declarations.trains()) {
      String name = train.model().text();
      if (!names.contains(name)) {
        diagnostics.report(
            Code.UNKNOWN_MODEL
                .at(train.model().span(), name)
                .withNearest(NearestName.of(name, names)));
      } else if (trained.contains(name)) {
        diagnostics.report(Code.DUPLICATE_NAME.at(train.model().span(), "train " + name));
      }
      trained.add(name);
    }
  }
}
