// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.ir.Graph;
import dlc.ir.Program;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.runtime.Executable;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model for one batch size; an entry point is compiled when it is first asked for. */
final class SpecializedModel implements Executable {

  private final ModelSession session;
  private final Program program;
  private final Map<String, Executable> loaded = new HashMap<>();

  SpecializedModel(ModelSession session, Program program) {
    this.session = session;
    this.program = program;
  }

  @Override
  public MemorySegment slot(String entry, String name) {
    return load(entry).slot(entry, name);
  }

  @Override
  public boolean takes(String entry, String name) {
    return graph(entry).parameters().stream()
        .map(Graph::declaration)
        .anyMatch(each -> !each.role().persists() && each.name().equals(name));
  }

  @Override
  public Optional<MemorySegment> result(String entry, String name) {
    return graph(entry).results().containsKey(name)
        ? load(entry).result(entry, name)
        : Optional.empty();
  }

  @Override
  public TensorType type(String entry, String name) {
    Graph graph = graph(entry);
    Value result = graph.results().get(name);
    return graph.parameters().stream()
        .filter(value -> Graph.declaration(value).name().equals(name))
        .findFirst()
        .map(Value::type)
        .orElseGet(
            () -> {
              if (result == null) {
                throw new IllegalArgumentException(entry + " has no input or result " + name);
              }
              return result.type();
            });
  }

  @Override
  public boolean has(String entry) {
    return program.entry(entry).isPresent();
  }

  @Override
  public void run(String entry) {
    load(entry).run(entry);
  }

  @Override
  public void fetch(String entry, String name) {
    load(entry).fetch(entry, name);
  }

  @Override
  public int keep(String entry, List<String> names) {
    return load(entry).keep(entry, names);
  }

  @Override
  public void recall(String entry, int back) {
    load(entry).recall(entry, back);
  }

  private Executable load(String entry) {
    Executable executable = loaded.get(entry);
    if (executable == null) {
      graph(entry);
      executable = session.load(program, entry);
      loaded.put(entry, executable);
    }
    return executable;
  }

  private Graph graph(String entry) {
    return program
        .entry(entry)
        .orElseThrow(
            () -> new IllegalArgumentException(program.name() + " has no entry point " + entry));
  }

  @Override
  public MemorySegment state(String name) {
    return session.state(name);
  }

  @Override
  public Map<String, TensorType> states() {
    return session.states();
  }

  @Override
  public void close() {
    loaded.values().forEach(Executable::close);
    loaded.clear();
  }
}
