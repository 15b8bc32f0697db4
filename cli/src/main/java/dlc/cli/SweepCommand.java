// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.driver.ModelFile;
import dlc.driver.sweep.Objective;
import dlc.driver.sweep.Outcome;
import dlc.driver.sweep.Space;
import dlc.driver.sweep.Sweep;
import dlc.driver.sweep.SweepLog;
import dlc.driver.sweep.SweepPlan;
import dlc.driver.sweep.SweepPlan.Strategy;
import dlc.driver.sweep.Trial;
import dlc.frontend.CheckedModel;
import dlc.frontend.TrainSection;
import dlc.report.page.SweepPage;
import dlc.runtime.file.AtomicFile;
import dlc.runtime.file.Text;
import dlc.runtime.train.StopFlag;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dlc sweep}. */
@Command(
    name = "sweep",
    description = "Trains the model of FILE with many params, and says which are best.",
    footer = {
      "",
      "A param has values (32,64,128), a range (0.1..0.9), or a range over orders of magnitude",
      "(log(1e-4..1e-1)). halving trains all trials for few epochs, the best third of them three",
      "times as long, and so forth. Results are in the folder of --out as they come; Ctrl-C stops,",
      "and --resume goes on.",
      "",
      "Example:",
      "  dlc sweep samples/spirals.dl -D width=8,16,32,64 --strategy grid --jobs 2"
    })
final class SweepCommand implements Callable<Integer> {

  private static final int TRIALS = 20;
  private static final String PAGE = "sweep.html";

  @Mixin private Output output;
  @Mixin private ProgramArguments program;

  @Option(
      names = "--trials",
      paramLabel = "N",
      description = "How many combinations to try (default: " + TRIALS + ").")
  private int trials = TRIALS;

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description = "random, grid or halving (default: random).")
  private Strategy strategy = Strategy.RANDOM;

  @Option(
      names = "--metric",
      paramLabel = "PART.NAME",
      description =
          "What decides, such as validation.accuracy (default: the loss, of validation if there is"
              + " any).")
  private Optional<String> metric;

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = "How many trials run at a time (default: one for each core).")
  private int jobs = Runtime.getRuntime().availableProcessors();

  @Option(names = "--epochs", paramLabel = "N", description = "Instead of the program's epochs.")
  private Optional<Integer> epochs;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Draws other combinations (default: 1); each trains with the program's seed.")
  private int seed = 1;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where relative paths of data are looked up first (then $DLC_DATA).")
  private Optional<Path> data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The folder of the results (default: runs/sweep-FILE).")
  private Optional<Path> out;

  @Option(names = "--resume", description = "Go on with the search in that folder.")
  private boolean resumes;

  @Option(
      names = "--json",
      description = "Print a JSON array with an object for each trial, the best first.")
  private boolean isJson;

  @Override
  public Integer call() {
    requirePositive("--trials", trials);
    requirePositive("--jobs", jobs);
    epochs.ifPresent(count -> requirePositive("--epochs", count));
    SweepPlan plan = plan();
    Path folder = out.orElseGet(this::usualFolder);
    StopFlag stop = new StopFlag();
    try (Interruption _ =
            new Interruption(
                stop, () -> output.note("\nstopping; the trials under way save where they are …"));
        SweepLog log = resumes ? SweepLog.resume(folder, plan) : SweepLog.begin(folder, plan)) {
      TrialProcess runner = new TrialProcess(arguments(plan), plan.objective(), folder);
      Sweep sweep = new Sweep(plan, log, runner, Math.min(jobs, plan.trials().size()));
      output.note(
          "%s of %s by %s, %d at a time, results in %s"
              .formatted(
                  Words.counted(plan.trials().size(), "trial"),
                  Words.counted(plan.rungs().getLast().epochs(), "epoch"),
                  plan.objective(),
                  Math.min(jobs, plan.trials().size()),
                  folder));
      List<Outcome> ranked = sweep.run(stop, each -> tell(each, sweep.ranked(), plan, folder));
      write(folder, plan, ranked);
      show(ranked, plan, folder, stop.isRequested());
      return ranked.stream().anyMatch(each -> each.error().isEmpty()) ? 0 : 1;
    }
  }

  private SweepPlan plan() {
    if (program.params().isEmpty()) {
      throw new UserError(Code.BAD_OPTION, "there is nothing to search: no -D is given")
          .help("name params of the program and their values: -D width=32,64,128");
    }
    ModelFile file = ModelFile.load(program.file(), Map.of());
    Space space = Space.parse(program.params(), file.checked().params());
    int seedOfAll = seed;
    List<Trial> all =
        strategy == Strategy.GRID ? space.grid(trials) : space.drawn(trials, seedOfAll);
    // Names and types that are wrong are told before anything runs.
    CheckedModel model =
        ModelFile.load(program.file(), all.getFirst().params()).checked().model(program.model());
    TrainSection section =
        model
            .train()
            .orElseThrow(
                () ->
                    new UserError(
                        Code.BAD_SETTING,
                        file.path(),
                        "it has no train section for the model '%s'".formatted(model.name())));
    int most = epochs.orElse(section.epochs().orElse(1));
    if (all.size() < trials && strategy != Strategy.GRID) {
      output.note("note: there are only " + Words.counted(all.size(), "combination"));
    }
    String usual = section.split().validation().isPresent() ? "validation.loss" : "training.loss";
    return new SweepPlan(
        program.file().getFileName().toString(),
        program.params(),
        strategy,
        all,
        SweepPlan.rungs(strategy, all.size(), most),
        Objective.parse(metric.orElse(usual)),
        seed);
  }

  private Path usualFolder() {
    String name = program.file().getFileName().toString().replaceFirst("\\.dl$", "");
    return Reporting.runs().orElse(Path.of("runs")).resolve("sweep-" + name);
  }

  private List<String> arguments(SweepPlan plan) {
    List<String> arguments = new ArrayList<>();
    arguments.add(program.file().toString());
    program.model().ifPresent(name -> arguments.addAll(List.of("--model", name)));
    data.ifPresent(folder -> arguments.addAll(List.of("--data", folder.toString())));
    int threads =
        Math.max(
            1, Runtime.getRuntime().availableProcessors() / Math.min(jobs, plan.trials().size()));
    arguments.addAll(List.of("--threads", Integer.toString(threads)));
    arguments.addAll(List.of("--epochs", Integer.toString(plan.rungs().getLast().epochs())));
    return arguments;
  }

  private void tell(Outcome outcome, List<Outcome> ranked, SweepPlan plan, Path folder) {
    String came =
        outcome
            .error()
            .map(why -> "failed: " + why)
            .orElseGet(
                () ->
                    "%s %s after %s"
                        .formatted(
                            plan.objective(),
                            figure(outcome, plan),
                            Words.counted(outcome.epochs(), "epoch")));
    output.note(
        "trial %d/%d  %s  %s  %s"
            .formatted(
                outcome.trial().number(),
                plan.trials().size(),
                outcome.trial(),
                came,
                Words.seconds(outcome.seconds())));
    write(folder, plan, ranked);
  }

  private static String figure(Outcome outcome, SweepPlan plan) {
    return outcome
        .figure()
        .map(
            value ->
                plan.objective().isShare() ? Text.of("%.2f%%", 100 * value) : Words.number(value))
        .orElse("");
  }

  private void write(Path folder, SweepPlan plan, List<Outcome> ranked) {
    Map<String, Boolean> dimensions = new LinkedHashMap<>();
    Space.parse(plan.space(), Map.of())
        .dimensions()
        .forEach((name, dimension) -> dimensions.put(name, dimension.isLogarithmic()));
    List<String> lines = new ArrayList<>();
    for (Outcome outcome : ranked) {
      lines.add(SweepLog.line(outcome, Optional.of(lines.size() + 1)));
    }
    byte[] page =
        SweepPage.html(
            plan.program(),
            plan.objective().toString(),
            plan.objective().isGreaterBetter(),
            dimensions,
            lines);
    AtomicFile.write(folder.resolve(PAGE), page);
  }

  private void show(List<Outcome> ranked, SweepPlan plan, Path folder, boolean isStopped) {
    if (isJson) {
      List<String> objects = new ArrayList<>();
      for (int i = 0; i < ranked.size(); i++) {
        objects.add(SweepLog.line(ranked.get(i), Optional.of(i + 1)));
      }
      output.out().println(Words.json(objects));
    } else {
      output.out().print(table(ranked, plan));
    }
    output.out().flush();
    output.note("page " + folder.resolve(PAGE));
    ranked.stream()
        .filter(each -> each.error().isEmpty())
        .findFirst()
        .ifPresent(
            best ->
                output.note(
                    "best: dlc train %s %s"
                        .formatted(
                            program.file(),
                            best.trial().params().entrySet().stream()
                                .map(each -> "-D " + each.getKey() + "=" + each.getValue())
                                .collect(Collectors.joining(" ")))));
    if (isStopped) {
      output.note("stopped; the same command with --resume goes on");
    }
  }

  private static String table(List<Outcome> ranked, SweepPlan plan) {
    Table table = new Table(0);
    List<String> names = List.copyOf(plan.space().keySet());
    List<String> head = new ArrayList<>(List.of("rank", "trial"));
    head.addAll(names);
    head.addAll(List.of(plan.objective().toString(), "epochs", "time"));
    table.row(head.toArray(String[]::new));
    for (int i = 0; i < ranked.size(); i++) {
      Outcome each = ranked.get(i);
      List<String> row = new ArrayList<>();
      row.add(Integer.toString(i + 1));
      row.add(Integer.toString(each.trial().number()));
      names.forEach(name -> row.add(each.trial().params().getOrDefault(name, "")));
      row.add(each.error().isPresent() ? "failed" : figure(each, plan));
      row.add(Integer.toString(each.epochs()));
      row.add(Words.seconds(each.seconds()));
      table.row(row.toArray(String[]::new));
    }
    return table.toString();
  }

  private static void requirePositive(String option, int value) {
    if (value < 1) {
      throw new UserError(
          Code.BAD_OPTION, "%s is %d, it must be at least 1".formatted(option, value));
    }
  }
}
