// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import dlc.ir.Graph;
import java.util.List;

/** Runs passes in order and tells an {@link Observer} about each. */
public record Pipeline(List<Pass> passes, Observer observer) {

  /** Where printing, verifying, timing and dumping attach, so that no pass does any of them. */
  public interface Observer {

    /** Called after {@code pass} made {@code after} out of {@code before}. */
    void after(Pass pass, Graph before, Graph after);

    /** Called when {@code pass} threw on {@code before}; the exception goes on after the call. */
    default void failed(Pass pass, Graph before, RuntimeException failure) {}

    /** Called before {@code pass} runs. */
    default void starting(Pass pass) {}

    /** Called with what a pass or the lowering to kernels has to say of a graph. */
    default void remarked(List<Remark> remarks) {}

    /** Both, one after the other. */
    default Observer and(Observer next) {
      Observer first = this;
      return new Observer() {
        @Override
        public void starting(Pass pass) {
          first.starting(pass);
          next.starting(pass);
        }

        @Override
        public void remarked(List<Remark> remarks) {
          first.remarked(remarks);
          next.remarked(remarks);
        }

        @Override
        public void after(Pass pass, Graph before, Graph after) {
          first.after(pass, before, after);
          next.after(pass, before, after);
        }

        @Override
        public void failed(Pass pass, Graph before, RuntimeException failure) {
          first.failed(pass, before, failure);
          next.failed(pass, before, failure);
        }
      };
    }
  }

  /** Sees nothing. */
  public static final Observer SILENT = (_, _, _) -> {};

  public Pipeline {
    passes = List.copyOf(passes);
  }

  public Graph run(Graph graph) {
    Graph current = graph;
    for (Pass pass : passes) {
      current = step(pass, current);
    }
    return current;
  }

  private Graph step(Pass pass, Graph before) {
    observer.starting(pass);
    Graph after;
    try {
      after = pass.run(before);
      observer.after(pass, before, after);
      observer.remarked(pass.remarks(before));
    } catch (RuntimeException failure) {
      observer.failed(pass, before, failure);
      throw failure;
    }
    return after;
  }
}
