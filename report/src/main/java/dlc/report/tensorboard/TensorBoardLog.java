// SPDX-License-Identifier: Apache-2.0
package dlc.report.tensorboard;

import dlc.ir.Graph;
import dlc.report.WrongExample;
import dlc.runtime.Executable;
import dlc.runtime.data.Column;
import dlc.runtime.train.BatchReport;
import dlc.runtime.train.EpochReport;
import dlc.runtime.train.Figures;
import dlc.runtime.train.FinalReport;
import dlc.runtime.train.Gradients;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Writes a run for TensorBoard: the network, curves, how weights and gradients are spread after
 * each epoch, and the most wrong examples.
 */
public final class TensorBoardLog implements AutoCloseable {

  private static final String OPTIMIZER_STATE = "/";
  private static final int WIDTH_IN_PNG = 16;

  private final EventFile file;
  private final Executable model;
  private List<Message> gradients = List.of();

  /**
   * Begins a file in {@code folder}.
   *
   * @param network what is drawn as the graph
   * @param model whose weights are looked at
   */
  public TensorBoardLog(Path folder, Graph network, Executable model) {
    this.file = new EventFile(folder);
    this.model = model;
    file.graph(NetworkGraph.of(network));
  }

  public void batchDone(BatchReport report) {
    if (report.gradients().isPresent()) {
      Gradients found = report.gradients().get();
      file.summary(
          report.step(),
          List.of(
              scalar("loss/batch", report.loss()),
              scalar("gradient_norm", found.norm()),
              scalar("learning_rate", report.lr())));
      gradients = gradients.isEmpty() ? histograms(found) : gradients;
    }
  }

  private static List<Message> histograms(Gradients found) {
    return found.byWeight().entrySet().stream()
        .map(entry -> histogram("gradients/" + entry.getKey(), entry.getValue()))
        .toList();
  }

  public void epochDone(EpochReport report) {
    List<Message> values = new ArrayList<>(figures("training", report.training()));
    report.validation().ifPresent(figures -> values.addAll(figures("validation", figures)));
    values.add(scalar("samples_per_second", report.samplesPerSecond()));
    model
        .states()
        .forEach(
            (name, type) -> {
              if (!name.contains(OPTIMIZER_STATE) && type.dtype().isFloat()) {
                values.add(histogram("weights/" + name, new Column(name, type, model.state(name))));
              }
            });
    values.addAll(gradients);
    gradients = List.of();
    file.summary(report.step(), values);
    file.flush();
  }

  /** Writes what came of the test, and the examples that are images. */
  public void finished(FinalReport report, List<WrongExample> wrong) {
    List<Message> values = new ArrayList<>();
    report.test().ifPresent(figures -> values.addAll(figures("test", figures)));
    for (int i = 0; i < wrong.size(); i++) {
      WrongExample example = wrong.get(i);
      String tag =
          "most_wrong/%02d %s taken for %s".formatted(i + 1, example.actual(), example.predicted());
      example
          .picture()
          .ifPresent(picture -> values.add(image(tag, Base64.getDecoder().decode(picture))));
    }
    file.summary(report.steps(), values);
    file.flush();
  }

  @Override
  public void close() {
    file.close();
  }

  private static List<Message> figures(String part, Figures figures) {
    List<Message> values = new ArrayList<>();
    values.add(scalar("loss/" + part, figures.loss()));
    figures.metrics().forEach((metric, value) -> values.add(scalar(metric + "/" + part, value)));
    return values;
  }

  private static Message scalar(String tag, double value) {
    return new Message().text(1, tag).real(2, (float) value);
  }

  private static Message histogram(String tag, Column column) {
    return new Message().text(1, tag).message(5, Histogram.of(column));
  }

  /** A PNG file says its width and height in its first 24 bytes. */
  private static Message image(String tag, byte[] png) {
    ByteBuffer header = ByteBuffer.wrap(png);
    Message image =
        new Message()
            .integer(1, header.getInt(WIDTH_IN_PNG + 4))
            .integer(2, header.getInt(WIDTH_IN_PNG))
            .integer(3, 3)
            .data(4, png);
    return new Message().text(1, tag).message(4, image);
  }
}
