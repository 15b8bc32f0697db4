// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.driver.Check;
import dlc.driver.Memory;
import dlc.driver.ModelFile;
import dlc.driver.Processor;
import dlc.driver.profile.TilingFile;
import dlc.frontend.CheckedModel;
import dlc.frontend.TrainSection;
import dlc.frontend.TrainSection.Precision;
import dlc.report.RunFacts;
import dlc.runtime.file.Json;
import dlc.runtime.file.Text;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc check}. */
@Command(
    name = "check",
    description = "Reports all errors of FILE, or what its models are made of and what they take.",
    footer = {
      "",
      "Operations and bytes are those of one sample; memory is that of a training step.",
      "",
      "Example:",
      "  dlc check samples/simple_cnn.dl --batch 32"
    })
final class CheckCommand implements Callable<Integer> {

  @Mixin private Output output;
  @Mixin private ProgramArguments program;
  @Mixin private MemoryArgument limit;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Samples in a step, instead of the program's.")
  private Optional<Integer> batch;

  @Option(names = "--json", description = "Print a JSON document.")
  private boolean isJson;

  @Override
  public Integer call() {
    if (batch.isPresent() && batch.get() < 1) {
      throw new UserError(
          Code.BAD_OPTION, "--batch is %d, it must be at least 1".formatted(batch.get()));
    }
    ModelFile file = program.load();
    List<CheckedModel> models =
        program.model().isPresent()
            ? List.of(file.checked().model(program.model()))
            : file.checked().models();
    models.stream().flatMap(model -> model.warnings().stream()).forEach(output::warn);
    List<Check> checks = models.stream().map(this::check).toList();
    if (isJson) {
      output.out().println(json(file.checked().params(), checks));
    } else if (!output.isQuiet()) {
      file.checked()
          .params()
          .forEach((name, value) -> output.out().println("param " + name + " = " + value));
      output.out().print(checks.stream().map(CheckCommand::text).collect(Collectors.joining("\n")));
      if (checks.isEmpty()) {
        output.out().println("no errors; the file declares no model");
      }
    }
    output.out().flush();
    return 0;
  }

  private Check check(CheckedModel model) {
    int size =
        batch.orElse(model.train().map(TrainSection::batch).orElse(TrainSection.DEFAULT_BATCH));
    TilingFile tilings = Tilings.read(output.err());
    // Only tilings need to know which processor this is: LLVM, which knows it, takes its time.
    return tilings.size() == 0
        ? Check.of(model, size, Check.COMPILER, limit.bytes())
        : Check.of(
            model, size, tilings.compilerFor(Processor.named(Processor.NATIVE)), limit.bytes());
  }

  private static String text(Check check) {
    CheckedModel model = check.model();
    Table table = new Table(2);
    table.row("layer", "output", "weights", "FLOPs", "bytes");
    for (RunFacts.Layer layer : LayerTable.of(model)) {
      table.row(
          layer.name(),
          layer.output(),
          countOrBlank(layer.weights()),
          countOrBlank(layer.flops()),
          countOrBlank(layer.bytes()));
    }
    StringBuilder text = new StringBuilder("model %s%n".formatted(model.name()));
    table.toString().lines().forEach(line -> text.append("  ").append(line).append('\n'));
    text.append(
        "  %s weights (%s), %s FLOPs a sample forward\n"
            .formatted(
                Words.count(model.weightCount()),
                Memory.text(check.weightBytes()),
                Words.count(check.flops())));
    text.append(
        "  peak memory at batch %d%s: %s (weights and optimizer %s, step %s)\n"
            .formatted(
                check.batch(),
                check.piece() < check.batch() ? ", %d at a time".formatted(check.piece()) : "",
                Memory.text(check.peakBytes()),
                Memory.text(check.stateBytes()),
                Memory.text(check.workBytes())));
    model.train().ifPresent(train -> text.append(trained(train)));
    return text.toString();
  }

  private static String trained(TrainSection train) {
    return "  trained on %s with %s, loss %s, batch %d%s\n"
        .formatted(
            train.data().map(Object::toString).orElse("?"),
            train.optimizer().map(Object::toString).orElse("?"),
            train.loss().orElse("?"),
            train.batch(),
            train.precision() == Precision.F32 ? "" : ", precision " + train.precision());
  }

  private static String countOrBlank(long count) {
    return count == 0 ? "" : Words.count(count);
  }

  private static String json(Map<String, String> params, List<Check> checks) {
    return "{\"params\":{%s},\"models\":[%s]}"
        .formatted(
            params.entrySet().stream()
                .map(param -> Json.quoted(param.getKey()) + ":" + Json.quoted(param.getValue()))
                .collect(Collectors.joining(",")),
            checks.stream().map(CheckCommand::json).collect(Collectors.joining(",")));
  }

  private static String json(Check check) {
    String layers =
        check.model().layers().stream()
            .map(
                layer ->
                    "{\"name\":%s,\"kind\":%s,\"output\":%s,\"weights\":%d,\"flops\":%d,\"bytes\":%d}"
                        .formatted(
                            Json.quoted(layer.name()),
                            Json.quoted(layer.kind()),
                            Json.quoted(layer.type()),
                            layer.weights(),
                            layer.flops(),
                            LayerTable.bytes(layer)))
            .collect(Collectors.joining(","));
    return Text.of(
        "{\"name\":%s,\"layers\":[%s],\"weights\":%d,\"weight_bytes\":%d,\"flops\":%d,"
            + "\"batch\":%d,\"piece\":%d,\"state_bytes\":%d,\"work_bytes\":%d,\"peak_bytes\":%d}",
        Json.quoted(check.model().name()),
        layers,
        check.model().weightCount(),
        check.weightBytes(),
        check.flops(),
        check.batch(),
        check.piece(),
        check.stateBytes(),
        check.workBytes(),
        check.peakBytes());
  }
}
