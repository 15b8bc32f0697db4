// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.base.Span;
import dlc.ir.Graph;
import dlc.ir.GraphBuilder;
import dlc.ir.Role;
import dlc.ir.TensorType;
import dlc.ir.Value;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Generator;
import dlc.ir.op.Gradient;
import dlc.ir.op.Layout;
import dlc.ir.op.Leaf;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Computes an entry point piece by piece, which needs the memory of one piece at a time.
 *
 * <pre>
 * loss  = f(x)                        loss0 = f(x[0:2])   loss1 = f(x[2:4])
 * w'    = w - lr * d loss / d w   =>  w'    = w - lr * (d loss0 / d w / 2 + d loss1 / d w / 2)
 * </pre>
 *
 * <p>The loss must be a mean over samples; gradients and loss then are those of the whole, up to
 * rounding. Random numbers are those that the whole would draw.
 */
public final class SplitBatch {

  /**
   * Begins the names of results that nobody reads: they are there so that the values of one piece
   * come before those of the next.
   */
  public static final String ORDER = "order ";

  /** The entry point made for so many samples. */
  public record Piece(Graph graph, int samples) {}

  /** Why an entry point cannot be split. */
  public static final class Unsplittable extends RuntimeException {
    public Unsplittable(String reason) {
      super(reason);
    }
  }

  private final Graph whole;
  private final List<Piece> pieces;
  private final int samples;
  private final GraphBuilder builder;
  private final Map<Integer, List<Integer>> randomDims = new HashMap<>();
  private final List<Map<Value, Value>> images = new ArrayList<>();
  private final List<Value> sums = new ArrayList<>();

  private SplitBatch(Graph whole, List<Piece> pieces) {
    this.whole = whole;
    this.pieces = pieces;
    this.samples = pieces.stream().mapToInt(Piece::samples).sum();
    this.builder = new GraphBuilder(whole.name());
  }

  /**
   * The entry point {@code whole} as the sum of its {@code pieces}, which are in the order of the
   * samples.
   *
   * @throws Unsplittable when that would not be the same
   */
  public static Graph run(Graph whole, List<Piece> pieces) {
    return new SplitBatch(whole, pieces).run();
  }

  private Graph run() {
    for (Value value : whole.values()) {
      if (value.op() instanceof Leaf.Parameter declared) {
        parameter(declared, value.span());
      } else if (value.op() instanceof Generator.RandomUniform(int stream, var dims)) {
        randomDims.put(stream, dims);
      }
    }
    int start = 0;
    int anchors = 0;
    for (Piece piece : pieces) {
      early(piece, start);
      start += piece.samples();
      for (Value sum : sums) {
        builder.result(ORDER + anchors++, sum);
      }
    }
    Map<Value, Value> together = late();
    for (String name : whole.results().keySet()) {
      builder.result(name, result(name, together));
    }
    return builder.build();
  }

  private Value parameter(Leaf.Parameter declared, Span span) {
    return builder.parameter(declared.name(), declared.type(), declared.role(), span);
  }

  /** The values of a piece, but for those that need gradients; its gradients join the sums. */
  private void early(Piece piece, int start) {
    Map<Value, Value> image = new HashMap<>();
    images.add(image);
    Set<Value> late = late(piece.graph());
    int gradients = 0;
    for (Value value : piece.graph().values()) {
      if (value.op() instanceof Leaf.Parameter declared) {
        image.put(value, input(declared, value, start));
      } else if (!late.contains(value)) {
        image.put(value, copy(value, image, start));
      } else if (value.op() instanceof Gradient) {
        addGradient(gradients++, share(copy(value, image, start), piece));
      }
    }
  }

  private Value input(Leaf.Parameter declared, Value value, int start) {
    Value all =
        whole.parameters().stream()
            .filter(each -> Graph.declaration(each).name().equals(declared.name()))
            .findFirst()
            .orElseThrow(() -> new Unsplittable("'" + declared.name() + "' is not of the whole"));
    Value parameter = parameter(Graph.declaration(all), all.span());
    return all.type().equals(declared.type())
        ? parameter
        : rows(
            parameter, scaled(all.type(), declared.type(), start), declared.type(), value.span());
  }

  /** Where sample {@code start} begins along the first dimension. */
  private int scaled(TensorType all, TensorType part, int start) {
    if (all.rank() == 0 || all.dim(0) % samples != 0 || part.rank() != all.rank()) {
      throw new Unsplittable("the samples do not lie along the first dimension of " + all);
    }
    return all.dim(0) / samples * start;
  }

  private Value rows(Value all, int start, TensorType part, Span span) {
    List<Integer> starts = new ArrayList<>(Collections.nCopies(part.rank(), 0));
    starts.set(0, start);
    List<Integer> strides = Collections.nCopies(part.rank(), 1);
    return builder.emit(new Layout.Slice(starts, part.dims(), strides), span, all);
  }

  private Value copy(Value value, Map<Value, Value> image, int start) {
    List<Value> operands = operands(value, image);
    if (value.op() instanceof Generator.RandomUniform(int stream, List<Integer> dims)) {
      List<Integer> all = randomDims.getOrDefault(stream, dims);
      if (!all.equals(dims)) {
        Value numbers =
            builder.emit(new Generator.RandomUniform(stream, all), value.span(), operands);
        int first = scaled(numbers.type(), value.type(), start);
        return rows(numbers, first, value.type(), value.span());
      }
    }
    return builder.emit(value.op(), value.span(), operands);
  }

  private static List<Value> operands(Value value, Map<Value, Value> image) {
    List<Value> operands = new ArrayList<>();
    for (Value operand : value.operands()) {
      Value found = image.get(operand);
      if (found == null) {
        throw new Unsplittable(
            "the update needs '%s' of all samples".formatted(operand.op().mnemonic()));
      }
      operands.add(found);
    }
    return operands;
  }

  /** {@code value} times the piece's share of the samples. */
  private Value share(Value value, Piece piece) {
    double share = (double) piece.samples() / samples;
    Value number = builder.constant(value.type().dtype(), share, value.span());
    Value factor =
        value.type().rank() == 0
            ? number
            : builder.emit(
                new Layout.Broadcast(value.type().dims(), List.of()), value.span(), number);
    return builder.emit(Elementwise.MUL, value.span(), value, factor);
  }

  private void addGradient(int number, Value shared) {
    if (number == sums.size()) {
      sums.add(shared);
    } else {
      sums.set(number, builder.emit(Elementwise.ADD, shared.span(), sums.get(number), shared));
    }
  }

  /** What is there once: what does not differ from piece to piece, and what needs the sums. */
  private Map<Value, Value> late() {
    Graph first = pieces.getFirst().graph();
    Map<Value, Value> together = new HashMap<>(images.getFirst());
    Set<Value> varying = varying(first);
    varying.forEach(together::remove);
    Value loss = first.results().get("loss");
    if (loss != null && varying.contains(loss)) {
      together.put(loss, mean("loss"));
    }
    Set<Value> late = late(first);
    int gradients = 0;
    for (Value value : first.values()) {
      if (late.contains(value)) {
        together.put(
            value,
            value.op() instanceof Gradient
                ? sums.get(gradients++)
                : builder.emit(value.op(), value.span(), operands(value, together)));
      }
    }
    return together;
  }

  private Value result(String name, Map<Value, Value> together) {
    Value value = Objects.requireNonNull(pieces.getFirst().graph().results().get(name));
    Value made = together.get(value);
    if (made != null) {
      return made;
    }
    boolean isState =
        whole.parameters().stream()
            .map(Graph::declaration)
            .anyMatch(each -> each.name().equals(name) && each.role().persists());
    if (isState) {
      throw new Unsplittable("'%s' is a statistic of the whole batch".formatted(name));
    }
    TensorType all = Objects.requireNonNull(whole.results().get(name)).type();
    if (all.equals(value.type())) {
      throw new Unsplittable("'%s' is of all samples".formatted(name));
    }
    return builder.emit(new Layout.Concat(0), value.span(), ofAll(name));
  }

  private List<Value> ofAll(String name) {
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      Value value = Objects.requireNonNull(pieces.get(i).graph().results().get(name));
      values.add(Objects.requireNonNull(images.get(i).get(value)));
    }
    return values;
  }

  private Value mean(String name) {
    List<Value> all = ofAll(name);
    if (all.getFirst().type().rank() != 0) {
      throw new Unsplittable("'%s' is not a number".formatted(name));
    }
    Value sum = share(all.getFirst(), pieces.getFirst());
    for (int i = 1; i < pieces.size(); i++) {
      sum = builder.emit(Elementwise.ADD, sum.span(), sum, share(all.get(i), pieces.get(i)));
    }
    return sum;
  }

  /** The values that need a gradient, and the gradients. */
  private static Set<Value> late(Graph graph) {
    Set<Value> late = new HashSet<>();
    for (Value value : graph.values()) {
      if (value.op() instanceof Gradient || value.operands().stream().anyMatch(late::contains)) {
        late.add(value);
      }
    }
    return late;
  }

  /** The values that need no gradient and differ from piece to piece. */
  private static Set<Value> varying(Graph graph) {
    Set<Value> late = late(graph);
    Set<Value> varying = new HashSet<>();
    for (Value value : graph.values()) {
      boolean isInput =
          value.op() instanceof Leaf.Parameter declared && declared.role() == Role.INPUT;
      if (!late.contains(value)
          && (isInput
              || value.op() instanceof Generator.RandomUniform
              || value.operands().stream().anyMatch(varying::contains))) {
        varying.add(value);
      }
    }
    return varying;
  }
}
