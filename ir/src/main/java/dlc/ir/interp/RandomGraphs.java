// SPDX-License-Identifier: Apache-2.0
package dlc.ir.interp;

import dlc.base.Span;
import dlc.ir.DType;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Gradient;
import java.util.List;
import java.util.Random;

/**
 * Small random graphs, for testing: a pass or a backend must agree with {@link GraphInterpreter} on
 * each of them.
 *
 * <p>They mix all families of ops over odd sizes, share values, have several results, and update
 * state in place. Ops that jump, such as {@code floor}, are applied only to values that come out
 * exact however they are computed, so that rounding cannot make two right answers differ much.
 */
public final class RandomGraphs {

  private final Random random;
  private final GraphBuilder builder = new GraphBuilder("train_step");
  private final RandomOps ops;

  private RandomGraphs(DType dtype, boolean isWide, long seed) {
    random = new Random(seed);
    ops = new RandomOps(builder, dtype, isWide, random);
  }

  /** A graph of {@code dtype}, which is a float type, that follows from {@code seed} alone. */
  public static Graph make(DType dtype, long seed) {
    return new RandomGraphs(dtype, false, seed).make(false);
  }

  /** As {@link #make}, with extents that are some vectors long and a rest. */
  public static Graph makeWide(DType dtype, long seed) {
    return new RandomGraphs(dtype, true, seed).make(false);
  }

  /** As {@link #make}, with gradients of a loss in what the state is updated by. */
  public static Graph makeTraining(DType dtype, long seed) {
    return new RandomGraphs(dtype, false, seed).make(true);
  }

  private Graph make(boolean isTraining) {
    for (int i = 0; i < 2; i++) {
      ops.parameter(ops.randomDims(), Role.INPUT);
    }
    Value state = ops.parameter(ops.randomDims(), Role.WEIGHT);
    Value buffer = ops.parameter(state.type().dims(), Role.BUFFER);
    int steps = 4 + random.nextInt(10);
    for (int i = 0; i < steps; i++) {
      ops.step();
    }
    int results = 1 + random.nextInt(3);
    for (int i = 0; i < results; i++) {
      builder.result("r" + i, ops.pick());
    }
    if (isTraining) {
      addGradients();
    } else {
      updateState(state, buffer);
    }
    return builder.build();
  }

  /** New values of both states: in place, from each other, or an old state as it is. */
  private void updateState(Value state, Value buffer) {
    Value delta = ops.fit(ops.pick(), state.type());
    Value next = ops.emit(Elementwise.SUB, state, delta);
    String stateName = Graph.declaration(state).name();
    String bufferName = Graph.declaration(buffer).name();
    switch (random.nextInt(4)) {
      case 0 -> {
        builder.result(stateName, next);
        builder.result(bufferName, ops.emit(Elementwise.ADD, buffer, next));
      }
      case 1 -> {
        builder.result(stateName, buffer);
        builder.result(bufferName, next);
      }
      case 2 -> {
        builder.result(stateName, ops.emit(Elementwise.MUL, buffer, delta));
        builder.result(bufferName, ops.emit(Elementwise.ADD, state, delta));
      }
      default -> {
        builder.result("old", state);
        builder.result(stateName, next);
      }
    }
  }

  /** One step of gradient descent for each state, and the gradient in each other parameter. */
  private void addGradients() {
    Value last = ops.pick();
    TensorType scalar = TensorType.of(last.type().dtype());
    Value loss = ops.fit(ops.emit(Elementwise.MUL, last, last), scalar);
    builder.result("loss", loss);
    for (Value parameter : List.copyOf(builder.parameters())) {
      if (parameter.type().dtype() == loss.type().dtype()) {
        Value gradient = builder.emit(new Gradient(), Span.NONE, loss, parameter);
        String name = Graph.declaration(parameter).name();
        if (Graph.declaration(parameter).role().persists()) {
          builder.result(name, ops.emit(Elementwise.SUB, parameter, gradient));
        } else {
          builder.result("grad " + name, gradient);
        }
      }
    }
  }
}
