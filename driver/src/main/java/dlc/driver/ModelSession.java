// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.frontend.CheckedModel;
import dlc.frontend.ProgramOptions;
import dlc.frontend.elaborate.Outline;
import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.kernel.KernelProgram;
import dlc.passes.lower.PlanMemory;
import dlc.runtime.Backend;
import dlc.runtime.Executable;
import dlc.runtime.ModelState;
import dlc.runtime.Specializer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model on a backend, with the memory of its weights, buffers and optimizer state.
 *
 * <p>It is made executable for one batch size after the other, as they come up, and each of these
 * compiles an entry point when it is first used. All of them see the same state.
 */
public final class ModelSession implements Specializer, AutoCloseable {

  private final CheckedModel model;
  private final ProgramOptions usual;
  private final Backend backend;
  private final Compiler compiler;
  private final int piece;
  private final Map<ProgramOptions, SpecializedModel> specialized = new HashMap<>();
  private final List<SpecializedModel> probes = new ArrayList<>();
  private final Map<String, KernelProgram.Slot> slots;
  private final Map<String, TensorType> states;
  private final ModelState state;
  private long bytes;

  /**
   * A session that computes whole batches.
   *
   * @param usual what the model is specialised for, but for the batch
   */
  public ModelSession(
      CheckedModel model, ProgramOptions usual, Backend backend, Compiler compiler) {
    this(model, usual, backend, compiler, Integer.MAX_VALUE);
  }

  /**
   * A session that computes batches piece by piece.
   *
   * @param piece the most samples that are computed at once
   */
  ModelSession(
      CheckedModel model, ProgramOptions usual, Backend backend, Compiler compiler, int piece) {
    this.piece = piece;
    this.model = model;
    this.usual = usual;
    this.backend = backend;
    this.compiler = compiler;
    Program program = MemoryPlan.program(model, usual, piece);
    KernelProgram layout = PlanMemory.run(program.name(), List.of(), program.states());
    this.slots = layout.states();
    this.states = inOrder(model, program.states());
    reserve(layout.stateBytes());
    this.state = backend.reserve(layout.stateBytes());
    specialized.put(usual, new SpecializedModel(this, program));
  }

  /** Weights and buffers as the text has them, then what the optimizer keeps. */
  static Map<String, TensorType> inOrder(CheckedModel model, Map<String, TensorType> states) {
    Map<String, TensorType> ordered = new LinkedHashMap<>();
    for (Outline.Variable variable : model.variables()) {
      TensorType type = states.get(variable.name());
      if (type != null) {
        ordered.put(variable.name(), type);
      }
    }
    states.forEach(ordered::putIfAbsent);
    return Collections.unmodifiableMap(ordered);
  }

  /** Gives all state its first value, which follows from {@code seed}. */
  public void init(int seed) {
    Executable any = specialized(usual);
    if (any.takes("init", "seed")) {
      any.slot("init", "seed").set(ValueLayout.JAVA_INT, 0, seed);
    }
    any.run("init");
  }

  @Override
  public Executable forBatch(int batch) {
    return specialized(usual.withBatch(batch));
  }

  /** The model for other inputs than usual; what is trained must be the same. */
  public Executable specialized(ProgramOptions options) {
    return specialized.computeIfAbsent(
        options, _ -> new SpecializedModel(this, MemoryPlan.program(model, options, piece)));
  }

  /** The model for the usual batch; its state is that of all. */
  public Executable usual() {
    return specialized(usual);
  }

  /**
   * The model with an entry point that gives the gradients of all weights, {@code grad.NAME}, and
   * leaves all state as it is.
   */
  Specializer gradients() {
    return batch -> {
      Program program = model.program(usual.withBatch(batch));
      SpecializedModel probe = new SpecializedModel(this, program.map(this::withoutUpdates));
      probes.add(probe);
      return probe;
    };
  }

  /** The graph without what it would write into state. */
  private Graph withoutUpdates(Graph graph) {
    Map<String, Value> kept = new LinkedHashMap<>(graph.results());
    kept.keySet().removeAll(states.keySet());
    return new Graph(graph.name(), graph.parameters(), kept);
  }

  /** The entry points of the model for {@code batch} samples. */
  public Program program(int batch) {
    return model.program(usual.withBatch(batch));
  }

  /** Whether a step is the gradient times the learning rate, or nearly so. */
  public boolean descendsPlainly() {
    return model
        .train()
        .filter(section -> section.clip().isEmpty())
        .flatMap(section -> section.optimizer())
        .filter(optimizer -> optimizer.name().equals("sgd"))
        .isPresent();
  }

  /** A program of the same state that shows more of the model than its own; to be closed. */
  public Executable load(Program program) {
    return new SpecializedModel(this, program);
  }

  /** An entry point of the model for other inputs, compiled up to kernels. */
  KernelProgram kernels(ProgramOptions options, String entry) {
    KernelProgram kernels = compiler.compile(model.program(options), List.of(entry));
    reserve(kernels.workBytes());
    return kernels;
  }

  /** Copies all state to {@code other}, laid out as the model's programs want it. */
  void copyState(MemorySegment other) {
    MemorySegment.copy(state.at(0, other.byteSize()), 0, other, 0, other.byteSize());
  }

  Executable load(Program program, String entry) {
    KernelProgram kernels = compiler.compile(program, List.of(entry));
    reserve(kernels.workBytes());
    return backend.load(kernels, state);
  }

  /** The memory that the model takes by now: its state, and the work of all that was compiled. */
  public long bytes() {
    return bytes;
  }

  private void reserve(long more) {
    Memory.require(bytes + more, "model " + model.name());
    bytes += more;
  }

  MemorySegment state(String name) {
    KernelProgram.Slot slot = slots.get(name);
    if (slot == null) {
      throw new IllegalArgumentException("the model has no state " + name);
    }
    return state.at(slot.place().offset(), slot.type().bytes());
  }

  Map<String, TensorType> states() {
    return states;
  }

  @Override
  public void close() {
    specialized.values().forEach(SpecializedModel::close);
    probes.forEach(SpecializedModel::close);
    state.close();
  }
}
