// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.ast;

import dlc.base.Span;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What stands at the top level of a file. */
public sealed interface Declaration {

  Span span();

  /** {@code import "blocks.dl"}. */
  record Import(String path, Span span) implements Declaration {}

  /** {@code param width: int = 64}. */
  record Param(Name name, Optional<TypeSyntax> type, Expression value, String doc, Span span)
      implements Declaration {}

  /** What a {@link Routine} is applied to, and what its body may say. */
  enum RoutineKind {
    LAYER,
    OPTIMIZER,
    LOSS,
    INITIALIZER,
    SCHEDULE,
    AUGMENTATION;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * {@code layer}, {@code optimizer}, {@code loss}, {@code initializer}, {@code schedule} or {@code
   * augmentation name(parameters) { … }}.
   *
   * @param target of a loss: {@code -> i32[]} when the target holds classes
   */
  record Routine(
      RoutineKind kind,
      Name name,
      List<Parameter> parameters,
      Optional<TypeSyntax> target,
      Body body,
      String doc,
      Span span)
      implements Declaration {
    public Routine {
      parameters = List.copyOf(parameters);
    }
  }

  /** {@code fn name(parameters) = value}. */
  record Function(Name name, List<Parameter> parameters, Expression value, String doc, Span span)
      implements Declaration {
    public Function {
      parameters = List.copyOf(parameters);
    }
  }

  /** {@code model Name(image: f32[3, 32, 32]) -> f32[10] { … }}; no results when none are given. */
  record Model(
      Name name, List<Parameter> inputs, List<TypeSyntax> results, Body body, String doc, Span span)
      implements Declaration {
    public Model {
      inputs = List.copyOf(inputs);
      results = List.copyOf(results);
    }
  }

  /** {@code train Name { … }}. */
  record Train(Name model, List<Setting> settings, Span span) implements Declaration {
    public Train {
      settings = List.copyOf(settings);
    }
  }
}
