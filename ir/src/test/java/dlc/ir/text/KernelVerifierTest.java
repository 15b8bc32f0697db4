// SPDX-License-Identifier: Apache-2.0
package dlc.ir.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.base.Span;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.ir.kernel.Kernel;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.KernelProgram.Place;
import dlc.ir.kernel.KernelProgram.Region;
import dlc.ir.kernel.LoopKind;
import dlc.ir.kernel.Reach;
import dlc.ir.kernel.Stmt;
import dlc.ir.scalar.BinaryFn;
import dlc.ir.scalar.Buffer;
import dlc.ir.scalar.Condition;
import dlc.ir.scalar.Index;
import dlc.ir.scalar.LoopVar;
import dlc.ir.scalar.Scalar;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each rule that the class comment of {@link KernelVerifier} states. */
final class KernelVerifierTest {

  private static final LoopVar I = new LoopVar("i", 4);
  private static final LoopVar J = new LoopVar("j", 2);
  private static final Buffer X = Buffer.global("x", TensorType.of(DType.F32, 4));
  private static final Buffer Y = Buffer.global("y", TensorType.of(DType.F32, 4));

  @Test
  void aSoundKernel() {
    Buffer acc = Buffer.register("acc", TensorType.of(DType.F32));
    Stmt.Let let = new Stmt.Let("v", load(X, I.index()));
    assertThat(
            problems(
                loop(
                    I,
                    LoopKind.PARALLEL,
                    let,
                    new Stmt.Declare(acc),
                    new Stmt.Store(acc, List.of(), let.local()),
                    store(Y, I.index(), load(acc)))))
        .isEmpty();
  }

  @Test
  void aViewHasAsManyElements() {
    Buffer square = Buffer.global("x", TensorType.of(DType.F32, 2, 2));
    Scalar fits = load(square, Index.ZERO, Index.ZERO);
    assertThat(problems(store(Y, Index.ZERO, fits))).isEmpty();
    Buffer longer = Buffer.global("x", TensorType.of(DType.F32, 5));
    assertProblem("x is used as f32[5]", store(Y, Index.ZERO, load(longer, Index.ZERO)));
  }

  @Test
  void buffersAreDeclared() {
    Buffer other = Buffer.global("z", TensorType.of(DType.F32, 4));
    assertProblem("z is not declared", store(Y, Index.ZERO, load(other, Index.ZERO)));
  }

  @Test
  void indicesLieInside() {
    Index next = I.index().plus(1);
    assertProblem(
        "goes from 1 to 4 in a dimension of 4",
        loop(I, LoopKind.SERIAL, store(Y, I.index(), load(X, next))));
    Scalar guarded = new Scalar.Load(X, List.of(next), Condition.inRange(next, 0, 4), 0);
    assertThat(problems(loop(I, LoopKind.SERIAL, store(Y, I.index(), guarded)))).isEmpty();
    Stmt branch = new Stmt.If(Condition.inRange(next, 0, 4), List.of(store(Y, next, one())));
    assertThat(problems(loop(I, LoopKind.SERIAL, branch))).isEmpty();
  }

  @Test
  void aMatrixIsUsedInInstructionsAlone() {
    Buffer matrix = Buffer.matrix("m", TensorType.of(DType.F32, 4, 2));
    Stmt clear = new Stmt.Store(matrix, List.of(I.index(), J.index()), one());
    Stmt whole = loop(I, LoopKind.MATRIX, loop(J, LoopKind.MATRIX, clear));
    assertThat(problems(new Stmt.Declare(matrix), whole)).isEmpty();
    assertProblem(
        "the matrix m is used outside of its loops",
        new Stmt.Declare(matrix),
        loop(I, LoopKind.SERIAL, loop(J, LoopKind.UNROLLED, clear)));
    assertProblem(
        "the loop of a matrix i is no instruction",
        loop(I, LoopKind.MATRIX, loop(J, LoopKind.SERIAL, store(Y, I.index(), one()))));
  }

  @Test
  void indicesHaveTheRankOfTheBuffer() {
    assertProblem("wrong rank", store(Y, Index.ZERO, load(X)));
  }

  @Test
  void countersAndLocalsAreInScope() {
    assertProblem("i counts no enclosing loop", store(Y, I.index(), one()));
    assertProblem("the local v", store(Y, Index.ZERO, new Scalar.Local("v", DType.F32)));
    Stmt.Let let = new Stmt.Let("v", one());
    assertProblem("the local v", loop(I, LoopKind.SERIAL, let), store(Y, Index.ZERO, let.local()));
    assertProblem("v is defined twice", let, let);
  }

  @Test
  void typesAgree() {
    Scalar integer = Scalar.literal(1, DType.I32);
    assertProblem("two types", store(Y, Index.ZERO, one().plus(integer)));
    assertProblem("i32 is stored in y", store(Y, Index.ZERO, integer));
    assertProblem("wrong types", store(Y, Index.ZERO, one().choose(one(), one())));
    Scalar test = one().is(BinaryFn.LT, one());
    assertThat(problems(store(Y, Index.ZERO, test.choose(one(), one())))).isEmpty();
  }

  @Test
  void loopsNestAsTheirKindsAllow() {
    assertProblem("not outermost", loop(I, LoopKind.SERIAL, loop(J, LoopKind.PARALLEL)));
    assertProblem("stands in a loop of lanes", loop(I, LoopKind.LANES, loop(J, LoopKind.SERIAL)));
    assertProblem("stands in one of that name", loop(I, LoopKind.SERIAL, loop(I, LoopKind.SERIAL)));
    assertThat(problems(loop(I, LoopKind.LANES, loop(J, LoopKind.UNROLLED)))).isEmpty();
  }

  @Test
  void itemsStandInAGroupTogether() {
    Stmt items = loop(J, LoopKind.ITEMS);
    assertThat(problems(loop(I, LoopKind.PARALLEL, items, items))).isEmpty();
    String problem = "does not stand in a group of so many";
    assertProblem(problem, items);
    assertProblem(problem, loop(I, LoopKind.SERIAL, items));
    assertProblem(
        problem, loop(I, LoopKind.PARALLEL, loop(new LoopVar("u", 2), LoopKind.UNROLLED, items)));
    Condition first = Condition.inRange(I.index(), 0, 1);
    assertProblem(problem, loop(I, LoopKind.PARALLEL, new Stmt.If(first, List.of(items))));
    Stmt more = loop(new LoopVar("k", 3), LoopKind.ITEMS);
    assertProblem(problem, loop(I, LoopKind.PARALLEL, items, more));
    Stmt shared = new Stmt.Declare(Buffer.shared("s", TensorType.of(DType.F32, 4)));
    assertThat(problems(loop(I, LoopKind.PARALLEL, shared, items))).isEmpty();
    assertProblem("is shared outside", shared);
    assertProblem("is shared outside", loop(I, LoopKind.PARALLEL, loop(J, LoopKind.ITEMS, shared)));
  }

  @Test
  void callsHaveRoomForTheirArguments() {
    assertThatThrownBy(() -> verifyCall(0, 16)).hasMessageContaining("y does not lie in work+16");
    assertThatThrownBy(() -> verifyCall(2, 16)).hasMessageContaining("x is not aligned");
    assertThatThrownBy(() -> verifyCall(0, 8)).hasMessageContaining("x and y overlap");
    verifyCall(0, 16, 32);
  }

  @Test
  void whatAConditionKeepsOutIsNotReached() {
    Index odd = I.index().mod(2);
    Condition when = Condition.inRange(odd, 0, 1);
    Scalar even = new Scalar.Load(X, List.of(I.index()), when, 0);
    Stmt copy = loop(I, LoopKind.SERIAL, store(Y, I.index(), even));
    assertThat(Reach.of(new Kernel("k", List.of(X, Y), List.of(copy), Span.NONE)))
        .isEqualTo(Map.of("x", 3L, "y", 4L));
  }

  @Test
  void whatABranchLeavesOutIsNotReached() {
    Stmt copy = store(Y, I.index(), load(X, I.index()));
    Stmt inner = new Stmt.If(Condition.inRange(I.index(), 0, 3), List.of(copy));
    Stmt outer = new Stmt.If(Condition.inRange(I.index().plus(-1), 0, 3), List.of(inner));
    Stmt nest = loop(I, LoopKind.SERIAL, outer);
    assertThat(Reach.of(new Kernel("k", List.of(X, Y), List.of(nest), Span.NONE)))
        .isEqualTo(Map.of("x", 3L, "y", 3L));
  }

  private static void verifyCall(long x, long y) {
    verifyCall(x, y, 24);
  }

  private static void verifyCall(long x, long y, long workBytes) {
    Stmt copy = loop(I, LoopKind.SERIAL, store(Y, I.index(), load(X, I.index())));
    Kernel kernel = new Kernel("k", List.of(X, Y), List.of(copy), Span.NONE);
    List<Place> places = List.of(new Place(Region.WORK, x), new Place(Region.WORK, y));
    KernelProgram.Call call = new KernelProgram.Call(kernel, places);
    KernelProgram.Entry entry = new KernelProgram.Entry("f", List.of(call), Map.of(), Map.of());
    KernelVerifier.verify(
        new KernelProgram("m", List.of(entry), Map.of(), List.of(), 0, workBytes));
  }

  private static Scalar one() {
    return Scalar.literal(1, DType.F32);
  }

  private static Scalar load(Buffer buffer, Index... at) {
    return new Scalar.Load(buffer, List.of(at), Condition.ALWAYS, 0);
  }

  private static Stmt store(Buffer buffer, Index at, Scalar value) {
    return new Stmt.Store(buffer, List.of(at), value);
  }

  private static Stmt loop(LoopVar counter, LoopKind kind, Stmt... body) {
    return new Stmt.For(counter, kind, List.of(body));
  }

  private static List<String> problems(Stmt... body) {
    return KernelVerifier.problems(new Kernel("k", List.of(X, Y), List.of(body), Span.NONE));
  }

  private static void assertProblem(String text, Stmt... body) {
    assertThat(problems(body)).hasSize(1).allMatch(problem -> problem.contains(text));
  }
}
