// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

/** The tables of a report, in their order. */
enum Table {
  TRAINING(
      "Training, samples a second",
      "| case | batch | threads | dlc: best (median) | PyTorch: best (median) | ratio | by median |"
          + " best PyTorch |",
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |"),
  INFERENCE(
      "Inference of one sample, µs",
      "| case | threads | dlc: best (median) | PyTorch: best (median) | ratio | by median | best"
          + " PyTorch |",
      "| --- | ---: | ---: | ---: | ---: | ---: | --- |"),
  MEMORY(
      "Largest resident memory of a whole process that trains, MB",
      "| case | batch | threads | compiled program | dlc train | PyTorch | program / PyTorch |",
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"),
  START("Wall time of whole processes, s", "| command | median | best |", "| --- | ---: | ---: |"),
  LAYERS(
      "Single layers, µs",
      "| layer | input | threads | forward: dlc | PyTorch | ratio | with backward: dlc | PyTorch |"
          + " ratio | difference |",
      "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"),
  PRODUCTS(
      "Single products, GFLOP/s (share of the peak)",
      "| layer | input | threads | forward: dlc | PyTorch | oneDNN | ratio | with backward:"
          + " dlc | PyTorch | oneDNN | ratio | difference |",
      "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");

  private final String title;
  private final String columns;
  private final String alignment;

  Table(String title, String columns, String alignment) {
    this.title = title;
    this.columns = columns;
    this.alignment = alignment;
  }

  /** What stands above the rows. */
  String head() {
    return "\n## %s\n\n%s\n%s\n".formatted(title, columns, alignment);
  }
}
