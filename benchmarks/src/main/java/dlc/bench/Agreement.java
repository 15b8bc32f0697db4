// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.driver.ModelFile;
import dlc.driver.ModelSession;
import dlc.driver.RunOptions;
import dlc.driver.Workbench;
import dlc.runtime.Executable;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Trains {@code samples/simple_cnn.dl} on real photographs with dlc and with PyTorch, from the same
 * weights and in the same order, and compares the losses of all steps.
 */
final class Agreement {

  private static final String ENTRY = "train_step";
  private static final List<String> WEIGHTS =
      List.of("conv1.weight", "conv1.bias", "fc.weight", "fc.bias");
  private static final int PIXELS = 3 * 32 * 32;
  private static final int STEPS = 100;
  private static final double TOLERANCE = 1e-4;
  private static final float LEARNING_RATE = 0.001f;

  private Agreement() {}

  /** Prints the largest relative difference; false when it is beyond 1e-4. */
  static boolean check(Path home, Path data) throws IOException, InterruptedException {
    Path model = home.resolveSibling("samples").resolve("simple_cnn.dl");
    Path tape = Files.createTempFile("agreement", ".bin");
    try (Workbench bench = Workbench.open(ModelFile.load(model, Map.of()), RunOptions.usual());
        DataInputStream records = records(data)) {
      ModelSession session = bench.session();
      session.init(42);
      List<Double> ours;
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(tape))) {
        ours = train(session.usual(), records, out);
      }
      return compare(ours, replay(home, tape));
    } finally {
      Files.deleteIfExists(tape);
    }
  }

  private static DataInputStream records(Path data) throws IOException {
    Path folder = data.resolve("cifar-10-batches-bin");
    Path plain = folder.resolve("data_batch_1.bin");
    InputStream file =
        Files.exists(plain)
            ? Files.newInputStream(plain)
            : new GZIPInputStream(Files.newInputStream(folder.resolve("data_batch_1.bin.gz")));
    return new DataInputStream(file);
  }

  /** Trains with dlc, and writes the weights at the start and each batch for PyTorch. */
  private static List<Double> train(Executable model, DataInputStream records, OutputStream tape)
      throws IOException {
    for (String weight : WEIGHTS) {
      tape.write(model.state(weight).toArray(ValueLayout.JAVA_BYTE));
    }
    int batch = model.type(ENTRY, "image").dim(0);
    MemorySegment images = model.slot(ENTRY, "image");
    MemorySegment labels = model.slot(ENTRY, "target");
    model.slot(ENTRY, "lr").set(ValueLayout.JAVA_FLOAT, 0, LEARNING_RATE);
    List<Double> losses = new ArrayList<>();
    for (int step = 1; step <= STEPS; step++) {
      ByteBuffer floats =
          ByteBuffer.allocate(batch * PIXELS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      ByteBuffer longs = ByteBuffer.allocate(batch * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < batch; i++) {
        int label = records.readUnsignedByte();
        byte[] pixels = records.readNBytes(PIXELS);
        longs.putLong(label);
        labels.setAtIndex(ValueLayout.JAVA_INT, i, label);
        MemorySegment.copy(
            pixels, 0, images, ValueLayout.JAVA_BYTE, (long) i * PIXELS, PIXELS);
        for (byte pixel : pixels) {
          floats.putFloat(((pixel & 0xFF) / 255f - 0.5f) / 0.5f);
        }
      }
      tape.write(floats.array());
      tape.write(longs.array());
      model.slot(ENTRY, "step").set(ValueLayout.JAVA_INT, 0, step);
      model.run(ENTRY);
      losses.add((double) model.slot(ENTRY, "loss").get(ValueLayout.JAVA_FLOAT, 0));
    }
    return losses;
  }

  private static List<Double> replay(Path home, Path tape)
      throws IOException, InterruptedException {
    ProcessBuilder builder = PyTorchContender.peer(home, "2.13");
    builder.command().addAll(List.of("M2", "4", "replay", tape.toString()));
    Process process = builder.start();
    List<Double> losses = process.inputReader().lines().map(Double::parseDouble).toList();
    process.waitFor();
    return losses;
  }

  private static boolean compare(List<Double> ours, List<Double> theirs) {
    double worst = 0;
    int at = 0;
    for (int step = 0; step < STEPS; step++) {
      double difference = Math.abs(ours.get(step) / theirs.get(step) - 1);
      if (difference >= worst) {
        worst = difference;
        at = step;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "simple_cnn.dl, %d steps from the same weights in the same order: losses %.6f … %.6f, PyTorch"
            + " %.6f … %.6f%nlargest relative difference %.1e at step %d, %s %.0e%n",
        STEPS,
        ours.getFirst(),
        ours.getLast(),
        theirs.getFirst(),
        theirs.getLast(),
        worst,
        at + 1,
        worst <= TOLERANCE ? "within" : "beyond",
        TOLERANCE);
    return worst <= TOLERANCE;
  }
}
