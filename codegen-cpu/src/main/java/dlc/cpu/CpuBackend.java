// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Target;
import dlc.runtime.Backend;
import dlc.runtime.Executable;
import dlc.runtime.ModelState;
import java.lang.foreign.FunctionDescriptor;

/** Runs programs on this processor, on its own threads. */
public final class CpuBackend implements Backend {

  private final Target target;
  private final Jit jit;
  private final Jit.Unit pool;
  private final Observation observation;
  private final int threads;
  private int programs;

  /**
   * @param target what to compile for; it must be a processor that this one can stand in for
   * @param threads how many threads run a kernel, the caller's among them
   */
  public CpuBackend(Target target, int threads) {
    this(target, threads, Observation.NONE);
  }

  /**
   * A backend that shows what it does.
   *
   * @param observation who looks at it
   */
  public CpuBackend(Target target, int threads, Observation observation) {
    this.target = target;
    this.threads = threads;
    this.observation = observation;
    this.jit = new Jit(target, observation.perfMap().map(PerfMap::new));
    this.pool = jit.add(PoolText.of(jit.triple()));
    call("dlc_pool_start", threads - 1L);
  }

  /** The processor that this process runs on. */
  public static Target host() {
    return TargetMachine.host();
  }

  /** The version of the LLVM that makes machine code. */
  public static String llvmVersion() {
    return TargetMachine.llvmVersion();
  }

  private void call(String function, long argument) {
    try {
      pool.function(function, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG)).invoke(argument);
    } catch (Throwable e) {
      throw new IllegalStateException(function, e);
    }
  }

  @Override
  public Target target() {
    return target;
  }

  @Override
  public ModelState reserve(long bytes) {
    return new HostState(bytes);
  }

  @Override
  public Executable load(KernelProgram program, ModelState state) {
    String prefix = "program" + programs++;
    KernelProgram all = observation.clock().isPresent() ? program : program.withRepeats();
    Jit.Unit code = jit.add(ModuleText.write(all, target, prefix, observation));
    return new NativeExecutable(program, code, prefix, (HostState) state, observation.clock());
  }

  /** Measures what this processor can do at most on the threads of this backend: about 0.3 s. */
  public Peak measurePeak() {
    try (Jit.Unit code = jit.add(Peak.module(target))) {
      return new PeakMeter(code, pool, threads).measure(target);
    }
  }

  /** The text that LLVM made of {@code program}, optimized, or its assembly or object file. */
  public static byte[] emit(KernelProgram program, Target target, Emission emission) {
    return emission.of(ModuleText.write(program, target, program.name()), target);
  }

  @Override
  public void close() {
    try {
      pool.function("dlc_pool_stop", FunctionDescriptor.ofVoid()).invoke();
    } catch (Throwable e) {
      throw new IllegalStateException("dlc_pool_stop", e);
    }
    pool.close();
    jit.close();
  }
}
