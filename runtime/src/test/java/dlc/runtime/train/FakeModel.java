// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.Executable;
import dlc.runtime.Specializer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Softmax regression from {@code FEATURES} floats to {@code CLASSES}, written out in Java. */
final class FakeModel implements Specializer {

  static final int FEATURES = 2;
  static final int CLASSES = 3;

  final List<Integer> batches = new ArrayList<>();
  final List<Integer> steps = new ArrayList<>();
  final Map<String, Integer> runs = new LinkedHashMap<>();
  final Map<String, TensorType> states = new LinkedHashMap<>();
  private final Map<String, MemorySegment> memory = new LinkedHashMap<>();
  private final DType lrType;
  private final int nanAtStep;

  /** How many runs it keeps; where there are some, nothing is in a slot that was not fetched. */
  int room;

  /** How often somebody wanted results that had not been fetched yet. */
  int waits;

  FakeModel(DType lrType, int nanAtStep) {
    this.lrType = lrType;
    this.nanAtStep = nanAtStep;
    add("fc.weight", TensorType.of(DType.F32, CLASSES, FEATURES));
    add("fc.bias", TensorType.of(DType.F32, CLASSES));
    add("fc.weight/momentum_buffer", TensorType.of(DType.F32, CLASSES, FEATURES));
  }

  FakeModel() {
    this(DType.F32, -1);
  }

  MemorySegment state(String name) {
    return requireNonNull(memory.get(name));
  }

  @Override
  public Executable forBatch(int batch) {
    batches.add(batch);
    return new Softmax(batch);
  }

  private void add(String name, TensorType type) {
    states.put(name, type);
    memory.put(name, Arena.ofAuto().allocate(type.bytes(), 64));
  }

  private final class Softmax implements Executable {

    private final int batch;
    private final Map<String, TensorType> types = new LinkedHashMap<>();
    private final Map<String, MemorySegment> slots = new LinkedHashMap<>();
    private final List<Map<String, MemorySegment>> kept = new ArrayList<>();
    private final Map<String, MemorySegment> made = new LinkedHashMap<>();
    private int seen;

    Softmax(int batch) {
      this.batch = batch;
      types.put("x", TensorType.of(DType.F32, batch, FEATURES));
      types.put("target", TensorType.of(DType.I32, batch));
      types.put("seed", TensorType.of(DType.I32));
      types.put("step", TensorType.of(DType.I32));
      types.put("lr", TensorType.of(lrType));
      types.put("loss", TensorType.of(DType.F32));
      types.put("output", TensorType.of(DType.F32, batch, CLASSES));
      types.forEach((name, type) -> slots.put(name, Arena.ofAuto().allocate(type.bytes(), 64)));
    }

    @Override
    public MemorySegment slot(String entry, String name) {
      return slot(name);
    }

    @Override
    public boolean takes(String entry, String name) {
      return types.containsKey(name) && !List.of("loss", "output").contains(name);
    }

    @Override
    public Optional<MemorySegment> result(String entry, String name) {
      return List.of("loss", "output").contains(name) ? Optional.of(slot(name)) : Optional.empty();
    }

    @Override
    public TensorType type(String entry, String name) {
      return requireNonNull(types.get(name));
    }

    @Override
    public boolean has(String entry) {
      return entry.endsWith("_step");
    }

    @Override
    public void fetch(String entry, String name) {
      if (room > 0) {
        waits++;
        slot(name).copyFrom(requireNonNull(made.get(name)));
      }
    }

    /** As a device does, which hands nothing over by itself. */
    private void hide(String name) {
      MemorySegment bytes = slot(name);
      made.put(name, Arena.ofAuto().allocate(bytes.byteSize(), 64).copyFrom(bytes));
      bytes.fill((byte) -1);
    }

    @Override
    public int keep(String entry, List<String> names) {
      assertThat(names).containsExactly("loss", "output");
      if (room > 0) {
        kept.add(Map.copyOf(made));
      }
      return room;
    }

    @Override
    public void recall(String entry, int back) {
      if (room == 0) {
        return;
      }
      assertThat(back).isLessThanOrEqualTo(room);
      int run = kept.size() - 1 - back;
      waits += run >= seen ? 1 : 0;
      seen = run >= seen ? kept.size() : seen;
      kept.get(run).forEach((name, bytes) -> slot(name).copyFrom(bytes));
    }

    @Override
    public MemorySegment state(String name) {
      return FakeModel.this.state(name);
    }

    @Override
    public Map<String, TensorType> states() {
      return Collections.unmodifiableMap(states);
    }

    @Override
    public void close() {}

    @Override
    public void run(String entry) {
      boolean learns = entry.equals("train_step");
      runs.merge(entry, 1, Integer::sum);
      float[][] probabilities = new float[batch][CLASSES];
      float loss = 0;
      for (int i = 0; i < batch; i++) {
        forward(i, probabilities[i]);
        int target = slot("target").getAtIndex(JAVA_INT, i);
        loss -= (float) Math.log(probabilities[i][target]) / batch;
        probabilities[i][target] -= 1;
      }
      if (learns) {
        int step = slot("step").get(JAVA_INT, 0);
        steps.add(step);
        loss = step == nanAtStep ? Float.NaN : loss;
        learn(probabilities);
      }
      slot("loss").set(JAVA_FLOAT, 0, loss);
      if (room > 0) {
        hide("loss");
        hide("output");
      }
    }

    private void forward(int i, float[] probabilities) {
      double sum = 0;
      for (int c = 0; c < CLASSES; c++) {
        float score = state("fc.bias").getAtIndex(JAVA_FLOAT, c);
        for (int f = 0; f < FEATURES; f++) {
          score += x(i, f) * state("fc.weight").getAtIndex(JAVA_FLOAT, c * FEATURES + f);
        }
        slot("output").setAtIndex(JAVA_FLOAT, i * CLASSES + c, score);
        probabilities[c] = (float) Math.exp(score);
        sum += probabilities[c];
      }
      for (int c = 0; c < CLASSES; c++) {
        probabilities[c] /= (float) sum;
      }
    }

    private void learn(float[][] gradients) {
      MemorySegment lrSlot = slot("lr");
      float lr =
          lrType == DType.F64 ? (float) lrSlot.get(JAVA_DOUBLE, 0) : lrSlot.get(JAVA_FLOAT, 0);
      for (int i = 0; i < batch; i++) {
        for (int c = 0; c < CLASSES; c++) {
          float step = lr * gradients[i][c] / batch;
          subtract("fc.bias", c, step);
          for (int f = 0; f < FEATURES; f++) {
            subtract("fc.weight", c * FEATURES + f, step * x(i, f));
          }
        }
      }
    }

    private void subtract(String name, int index, float step) {
      MemorySegment weights = state(name);
      weights.setAtIndex(JAVA_FLOAT, index, weights.getAtIndex(JAVA_FLOAT, index) - step);
    }

    private MemorySegment slot(String name) {
      return requireNonNull(slots.get(name));
    }

    private float x(int i, int feature) {
      return slot("x").getAtIndex(JAVA_FLOAT, i * FEATURES + feature);
    }
  }
}
