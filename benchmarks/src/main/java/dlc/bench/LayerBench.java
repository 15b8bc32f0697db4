// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.ir.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Measures single layers beside PyTorch, and whether both give the same. */
final class LayerBench {

  private final Home home;
  private final Turns turns;
  private final Map<Integer, Double> peaks = new HashMap<>();

  LayerBench(Home home, Turns turns) {
    this.home = home;
    this.turns = turns;
  }

  LayerRow measure(LayerCase layer, int threads) throws IOException {
    Path tape = Files.createTempFile("layer", ".tape");
    List<Contender> contenders = new ArrayList<>();
    try {
      DlcContender dlc =
          DlcContender.start(layer.model(), layer.batch(), threads, DlcContender.PASSES);
      contenders.add(dlc);
      LayerTape numbers = new LayerTape(layer, dlc);
      numbers.write(tape);
      boolean images = dlc.model().type("gradients", LayerCase.INPUT).rank() == 4;
      List<PeerContender> peers = PyTorch.startAll(tape, images, threads, home);
      contenders.addAll(peers);
      if (layer.isProduct()) {
        contenders.add(oneDnn(dlc, threads));
      }
      double difference = layer.random() ? Double.NaN : difference(dlc, numbers, peers.getFirst());
      List<Speed> forward = turns.take(contenders, Work.PREDICT);
      List<Speed> both = turns.take(contenders, Work.TRAIN);
      double peak = layer.isProduct() ? peaks.merge(threads, peak(threads), Math::max) : 0;
      return LayerRow.of(layer, threads, peak, forward, both, difference, flops(layer, dlc));
    } finally {
      contenders.forEach(Contender::close);
      Files.delete(tape);
    }
  }

  private PeerContender oneDnn(DlcContender dlc, int threads) {
    return OneDnn.start(
        dlc.model().type("gradients", LayerCase.INPUT),
        weight(dlc),
        dlc.model().type("gradients", "output"),
        threads,
        home);
  }

  private static TensorType weight(DlcContender dlc) {
    return dlc.bench().model().variables().getFirst().type();
  }

  /** What multiply-adds in registers reach, in GFLOP/s. */
  private double peak(int threads) {
    String program = home.program("peak").toString();
    try {
      Process process = new ProcessBuilder(program, Integer.toString(threads)).start();
      return Double.parseDouble(process.inputReader().readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(program, e);
    }
  }

  private static double difference(DlcContender dlc, LayerTape numbers, PeerContender peer)
      throws IOException {
    Path results = Files.createTempFile("layer", ".bin");
    try {
      dlc.run(dlc.prepare(Work.TRAIN));
      peer.dump(results);
      return numbers.difference(results);
    } finally {
      Files.delete(results);
    }
  }

  /** The multiplications and additions of one product forward; backward there are two such. */
  private static double flops(LayerCase layer, DlcContender dlc) {
    if (!layer.isProduct()) {
      return 0;
    }
    TensorType weight = weight(dlc);
    TensorType output = dlc.model().type("gradients", "output");
    return 2.0 * output.elements() * weight.elements() / weight.dim(0);
  }
}
