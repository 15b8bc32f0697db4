// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.SourceFile;
import dlc.base.UserError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A program without errors.
 *
 * @param params the hyper-parameters with the values in force, as text
 * @param floats those of them that are floats
 */
public record CheckedFile(
    SourceFile source, List<CheckedModel> models, Map<String, String> params, Set<String> floats) {

  public CheckedFile {
    models = List.copyOf(models);
    floats = Set.copyOf(floats);
  }

  /**
   * The model called {@code name}; without a name the one that has a train section, or the last.
   *
   * @throws UserError when there is none
   */
  public CheckedModel model(Optional<String> name) {
    List<String> names = models.stream().map(CheckedModel::name).toList();
    if (name.isEmpty()) {
      return models.stream()
          .filter(model -> model.train().isPresent())
          .findFirst()
          .or(() -> models.stream().reduce((_, last) -> last))
          .orElseThrow(
              () ->
                  new UserError(Code.UNKNOWN_MODEL, source.name())
                      .help("the file declares no model"));
    }
    String wanted = name.get();
    return models.stream()
        .filter(model -> model.name().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(Code.UNKNOWN_MODEL, wanted)
                    .help(
                        NearestName.of(wanted, names)
                            .map(near -> "did you mean '" + near + "'?")
                            .orElse("the file has the models " + String.join(", ", names))));
  }
}
