// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.kernel.KernelProgram;
import dlc.runtime.Backend;
import dlc.runtime.Executable;
import dlc.runtime.ModelState;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A trained model that runs forward, for any number of threads at a time.
 *
 * <p>It has the weights that the model had when the predictor was made, whatever becomes of the
 * model. Each call computes on the thread that makes it, in memory of its own, which is kept for
 * the next call; so there is as much of it as there are calls at a time. Tensors are dense, in
 * row-major order, the batch first.
 */
public final class Predictor implements AutoCloseable {

  private static final String ENTRY = "predict";

  private final Backend backend;
  private final KernelProgram kernels;
  private final ModelState state;
  private final Map<String, TensorType> inputs;
  private final Map<String, TensorType> outputs;
  private final Tasks.Link link;
  private final List<String> classes;
  private final int batch;
  private final Deque<Executable> idle = new ArrayDeque<>();
  private final List<Executable> all = new ArrayList<>();
  private boolean isClosed;

  /** Compiles the model of {@code bench} for {@code batch} samples at a time. */
  Predictor(Workbench bench, int batch) {
    if (batch < 1) {
      throw new IllegalArgumentException("a batch of " + batch);
    }
    this.batch = batch;
    this.inputs = bench.inputs();
    this.outputs = new LinkedHashMap<>();
    bench.model().outputs().forEach(port -> outputs.put(port.name(), port.type()));
    this.link = SamplePredictor.link(bench);
    this.classes = SamplePredictor.classes(bench, bench.task());
    this.kernels = bench.session().kernels(bench.normalized().withBatch(batch), ENTRY);
    this.backend = bench.backendForOneThread();
    this.state = backend.reserve(kernels.stateBytes());
    bench.session().copyState(state.at(0, kernels.stateBytes()));
  }

  /** How many samples the model takes at a time; more are cut into batches. */
  public int batch() {
    return batch;
  }

  /** The inputs, of one sample. */
  public Map<String, TensorType> inputs() {
    return Collections.unmodifiableMap(inputs);
  }

  /** The outputs, of one sample; the first is what {@code predict} gives. */
  public Map<String, TensorType> outputs() {
    return Collections.unmodifiableMap(outputs);
  }

  /**
   * The first output for any number of samples, one after the other, of a model with one input.
   *
   * @throws IllegalArgumentException when {@code samples} are no whole number of samples
   */
  public float[] predict(float[] samples) {
    TensorType input = only();
    int count = Math.toIntExact(samples.length / input.elements());
    if (count * input.elements() != samples.length) {
      throw new IllegalArgumentException(
          "%d elements for samples of type %s".formatted(samples.length, input));
    }
    TensorType output = first();
    float[] results = new float[Math.toIntExact(count * output.elements())];
    for (int start = 0; start < count; start += batch) {
      int rows = Math.min(batch, count - start);
      try (Call call = call()) {
        write(samples, (int) (start * input.elements()), call.input(name(inputs)), input, rows);
        call.run();
        read(call.output(name(outputs)), output, rows, results, (int) (start * output.elements()));
      }
    }
    return results;
  }

  /**
   * The same from memory to memory, in the model's own element types.
   *
   * @param samples whole samples, at most {@link #batch}
   * @param results takes as many outputs
   */
  public void predict(MemorySegment samples, MemorySegment results) {
    TensorType input = only();
    long rows = samples.byteSize() / input.bytes();
    if (rows * input.bytes() != samples.byteSize() || rows > batch) {
      throw new IllegalArgumentException(
          "%d bytes for at most %d samples of type %s".formatted(samples.byteSize(), batch, input));
    }
    try (Call call = call()) {
      MemorySegment.copy(samples, 0, call.input(name(inputs)), 0, samples.byteSize());
      call.run();
      MemorySegment.copy(call.output(name(outputs)), 0, results, 0, rows * first().bytes());
    }
  }

  /** What the model makes of one sample, with probabilities where it tells classes apart. */
  public Prediction classify(float[] sample) {
    if (sample.length != only().elements()) {
      throw new IllegalArgumentException(
          "%d elements for an input of type %s".formatted(sample.length, only()));
    }
    List<Double> values = new ArrayList<>();
    for (float value : predict(sample)) {
      values.add((double) value);
    }
    return Prediction.of("sample", values, link, classes);
  }

  /**
   * Memory to fill and to read without a copy; for models with several inputs, too. It belongs to
   * the caller until it is closed.
   */
  public Call call() {
    return new Call(take());
  }

  private synchronized Executable take() {
    if (isClosed) {
      throw new IllegalStateException("the predictor is closed");
    }
    Executable free = idle.poll();
    if (free == null) {
      free = backend.load(kernels, state);
      all.add(free);
    }
    return free;
  }

  private synchronized void giveBack(Executable executable) {
    idle.push(executable);
  }

  /** One batch on its way through the model; of one thread at a time. */
  public final class Call implements AutoCloseable {

    private final Executable executable;
    private boolean isOpen = true;

    private Call(Executable executable) {
      this.executable = executable;
    }

    /**
     * The memory of an input, for {@link Predictor#batch} samples; to be filled before each run.
     */
    public MemorySegment input(String name) {
      return executable.slot(ENTRY, requireKnown(name, inputs));
    }

    /** The memory of an output, for as many samples; valid until the next run. */
    public MemorySegment output(String name) {
      executable.fetch(ENTRY, requireKnown(name, outputs));
      return executable.result(ENTRY, name).orElseThrow();
    }

    private String requireKnown(String name, Map<String, TensorType> known) {
      if (!isOpen) {
        throw new IllegalStateException("the call is closed");
      }
      if (!known.containsKey(name)) {
        throw new IllegalArgumentException("no '%s' among %s".formatted(name, known.keySet()));
      }
      return name;
    }

    /** Computes the outputs of what the inputs hold. */
    public void run() {
      executable.run(ENTRY);
    }

    @Override
    public void close() {
      if (isOpen) {
        isOpen = false;
        giveBack(executable);
      }
    }
  }

  private TensorType only() {
    if (inputs.size() != 1) {
      throw new IllegalArgumentException(
          "the model has the inputs %s: fill them in a call()".formatted(inputs.keySet()));
    }
    return inputs.values().iterator().next();
  }

  private TensorType first() {
    return outputs.values().iterator().next();
  }

  private static String name(Map<String, TensorType> ports) {
    return ports.keySet().iterator().next();
  }

  private static void write(float[] from, int start, MemorySegment to, TensorType type, int rows) {
    int elements = Math.toIntExact(rows * type.elements());
    if (type.dtype() == DType.F32) {
      MemorySegment.copy(from, start, to, JAVA_FLOAT_UNALIGNED, 0, elements);
      return;
    }
    for (int i = 0; i < elements; i++) {
      switch (type.dtype()) {
        case F64 -> to.set(JAVA_DOUBLE_UNALIGNED, 8L * i, from[start + i]);
        case I32 -> to.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, (int) from[start + i]);
        case F32, BF16, F16, U8, BOOL ->
            throw new IllegalArgumentException("floats for an input of type " + type);
      }
    }
  }

  private static void read(MemorySegment from, TensorType type, int rows, float[] to, int start) {
    int elements = Math.toIntExact(rows * type.elements());
    if (from.byteSize() >= 8L * elements && type.dtype() == DType.F64) {
      for (int i = 0; i < elements; i++) {
        to[start + i] = (float) from.get(JAVA_DOUBLE_UNALIGNED, 8L * i);
      }
      return;
    }
    MemorySegment.copy(from, JAVA_FLOAT_UNALIGNED, 0, to, start, elements);
  }

  /** Frees all memory; no call may be under way. */
  @Override
  public synchronized void close() {
    if (!isClosed) {
      isClosed = true;
      all.forEach(Executable::close);
      state.close();
      backend.close();
    }
  }
}
