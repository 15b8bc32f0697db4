// SPDX-License-Identifier: Apache-2.0
package dlc.driver.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlc.base.SourceFile;
import dlc.driver.parity.Machine.Loaded;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import dlc.frontend.ProgramOptions;
import dlc.ir.DType;
import dlc.ir.Program;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Optimizers that no recorded trajectory covers follow their definitions, written out in f64. */
final class OptimizerUpdatesTest {

  private static final int STEPS = 25;
  private static final double LR = 0.01;
  private static final double[] START = {0.3, -0.2, 0.5};

  /** An optimizer for one weight of three elements, from the paper or PyTorch's documentation. */
  private interface Reference {
    void update(double[] weight, double[] grad, int step);
  }

  @Test
  void adadelta() {
    follow("adadelta(lr=0.01, rho=0.8, weight_decay=0.1)", Adadelta::new);
  }

  @Test
  void nadam() {
    follow("nadam(lr=0.01, beta1=0.8, weight_decay=0.1)", Nadam::new);
  }

  @Test
  void lamb() {
    follow("lamb(lr=0.01, beta1=0.8, weight_decay=0.1)", Lamb::new);
  }

  @Test
  void lion() {
    follow("lion(lr=0.01, beta1=0.8, weight_decay=0.1)", Lion::new);
  }

  private static void follow(String optimizer, Supplier<Reference> references) {
    Program program =
        FrontEnd.check(
                new SourceFile(
                    "w.dl",
                    """
                    model W(x: f32[3]) -> f32[3] { weight w: f32[3] = zeros  it = it * w }
                    train W { data random loss mean(output) optimizer %s }
                    """
                        .formatted(optimizer)),
                Imports.none(),
                Map.of())
            .model(Optional.empty())
            .program(
                ProgramOptions.of(1).withFloatType(DType.F64).withLoss("batch_sum(sum(output))"));
    Reference reference = references.get();
    double[] weight = START.clone();
    try (Machine machine = new CpuMachine(1);
        Loaded loaded = machine.load(program, List.of("init", "train_step"))) {
      loaded.run("init", Map.of("seed", new double[] {0}));
      loaded.setState("w", START);
      for (int step = 1; step <= STEPS; step++) {
        double[] grad = gradient(step);
        loaded.run(
            "train_step",
            Map.of(
                "x", grad,
                "seed", new double[] {0},
                "step", new double[] {step},
                "lr", new double[] {LR}));
        reference.update(weight, grad, step);
        assertThat(loaded.state("w")).as("step %d", step).containsExactly(weight, within(1e-12));
      }
    }
  }

  /** Some numbers of both signs; the model's gradient in its weight is its input. */
  private static double[] gradient(int step) {
    return new double[] {Math.sin(step), Math.cos(2.3 * step) / 2, 0.1 * step - 1.05};
  }

  private static final class Adadelta implements Reference {
    private final double[] squares = new double[3];
    private final double[] deltas = new double[3];

    @Override
    public void update(double[] weight, double[] grad, int step) {
      for (int i = 0; i < 3; i++) {
        double g = grad[i] + 0.1 * weight[i];
        squares[i] = 0.8 * squares[i] + 0.2 * g * g;
        double delta = Math.sqrt(deltas[i] + 1e-6) / Math.sqrt(squares[i] + 1e-6) * g;
        deltas[i] = 0.8 * deltas[i] + 0.2 * delta * delta;
        weight[i] -= LR * delta;
      }
    }
  }

  private static final class Nadam implements Reference {
    private final double[] m = new double[3];
    private final double[] v = new double[3];
    private double product = 1;

    @Override
    public void update(double[] weight, double[] grad, int step) {
      double mu = 0.8 * (1 - 0.5 * Math.pow(0.96, step * 0.004));
      double next = 0.8 * (1 - 0.5 * Math.pow(0.96, (step + 1) * 0.004));
      product *= mu;
      for (int i = 0; i < 3; i++) {
        double g = grad[i] + 0.1 * weight[i];
        m[i] = 0.8 * m[i] + 0.2 * g;
        v[i] = 0.999 * v[i] + 0.001 * g * g;
        double root = Math.sqrt(v[i] / (1 - Math.pow(0.999, step))) + 1e-8;
        weight[i] -= LR * (1 - mu) / (1 - product) * g / root;
        weight[i] -= LR * next / (1 - product * next) * m[i] / root;
      }
    }
  }

  private static final class Lamb implements Reference {
    private final double[] m = new double[3];
    private final double[] v = new double[3];

    @Override
    public void update(double[] weight, double[] grad, int step) {
      double[] update = new double[3];
      for (int i = 0; i < 3; i++) {
        m[i] = 0.8 * m[i] + 0.2 * grad[i];
        v[i] = 0.999 * v[i] + 0.001 * grad[i] * grad[i];
        double mean = m[i] / (1 - Math.pow(0.8, step));
        double square = v[i] / (1 - Math.pow(0.999, step));
        update[i] = mean / (Math.sqrt(square) + 1e-6) + 0.1 * weight[i];
      }
      double ratio = norm(weight) / norm(update);
      for (int i = 0; i < 3; i++) {
        weight[i] -= LR * ratio * update[i];
      }
    }

    private static double norm(double[] x) {
      return Math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
    }
  }

  private static final class Lion implements Reference {
    private final double[] m = new double[3];

    @Override
    public void update(double[] weight, double[] grad, int step) {
      for (int i = 0; i < 3; i++) {
        double update = Math.signum(0.8 * m[i] + 0.2 * grad[i]);
        m[i] = 0.99 * m[i] + 0.01 * grad[i];
        weight[i] -= LR * (update + 0.1 * weight[i]);
      }
    }
  }
}
