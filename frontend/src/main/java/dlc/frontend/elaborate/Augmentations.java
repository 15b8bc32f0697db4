// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Code;
import dlc.frontend.ast.Expression;
import dlc.frontend.value.Complaint;
import dlc.frontend.value.Datum;
import dlc.frontend.value.Datum.TensorDatum;
import java.util.List;
import java.util.Optional;

/**
 * Changes the samples that a model is trained on, within the entry point, as the setting {@code
 * augment} says.
 *
 * <p>An augmentation may mix each sample with the one at its place from the end of the batch: then
 * it says by how much, and the loss is mixed likewise.
 */
final class Augmentations {

  private final Elaboration run;
  private final List<Expression> uses;
  private Optional<TensorDatum> share = Optional.empty();

  Augmentations(Elaboration run, List<Expression> uses) {
    this.run = run;
    this.uses = List.copyOf(uses);
  }

  boolean isEmpty() {
    return uses.isEmpty();
  }

  /** How much of a sample is the sample itself, where samples are mixed. */
  Optional<TensorDatum> share() {
    return share;
  }

  /** What all of them make of {@code input}, one after the other; what is wrong is reported. */
  TensorDatum apply(TensorDatum input) {
    TensorDatum current = input;
    for (Expression use : uses) {
      try {
        current = apply(RoutineUse.augmentation(run, use), current);
      } catch (Failure failure) {
        run.report(failure);
      }
    }
    return current;
  }

  private TensorDatum apply(RoutineUse use, TensorDatum input) {
    String label = "samples here are " + input.type();
    Activation setting = new Activation("augment", use.span(), use.span(), false, null, "");
    Activation activation =
        run.activate(use.name(), use.routine().span(), use.span(), Optional.of(setting), label);
    activation.setCurrent(input);
    Scope scope = run.outerScope(use.routine().span().source());
    use.arguments().forEach(scope::define);
    Context context = new Context(activation, Frame.at("augment"), scope);
    run.statements.run(use.routine().body(), context);
    List<Datum> results =
        activation
            .results()
            .orElseGet(() -> List.of(activation.current().orElse(Datum.Poison.POISON)));
    if (results.contains(Datum.Poison.POISON)) {
      return input;
    }
    Context outside = new Context(setting, Frame.at("augment"), scope);
    return run.located(use.span(), outside, () -> checked(use, input, results));
  }

  private TensorDatum checked(RoutineUse use, TensorDatum input, List<Datum> results) {
    TensorDatum image = run.ops().tensor(use.name(), results.getFirst());
    if (!image.sampleType().equals(input.sampleType()) || results.size() > 2) {
      throw new Complaint(
          Code.SHAPE,
          use.name(),
          "makes " + image.type() + " of " + input.type() + ", not the same");
    }
    if (results.size() == 2) {
      TensorDatum own = run.ops().tensor(use.name(), results.getLast());
      if (own.batched() || own.rank() > 0 || share.isPresent()) {
        throw new Complaint(
                Code.BAD_SETTING,
                "augment",
                share.isPresent()
                    ? "two augmentations mix samples"
                    : "the share of a sample is one number for the batch, not " + own.type())
            .help("mixup and cutmix mix samples; use one of them");
      }
      share = Optional.of(own);
    }
    return run.ops().broadcast(image, image.dims(), true);
  }
}
