// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import dlc.ir.kernel.Target;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Makes object files for processors of one platform, also on several threads.
 *
 * <p>What LLVM knows of a processor it finds out when the first module is translated, which takes
 * as long as some of the others: so the next modules, one at a time, get it again.
 */
public final class ObjectFiles implements AutoCloseable {

  private final String triple;
  private final Map<Target, Queue<TargetMachine>> idle = new ConcurrentHashMap<>();

  /**
   * @param triple what LLVM calls the platform
   */
  public ObjectFiles(String triple) {
    this.triple = triple;
  }

  /** The object file of {@code text} for {@code target}. */
  public byte[] of(String text, Target target) {
    Queue<TargetMachine> machines =
        idle.computeIfAbsent(target, _ -> new ConcurrentLinkedQueue<>());
    TargetMachine known = machines.poll();
    TargetMachine machine = known == null ? new TargetMachine(target, triple) : known;
    try {
      return Emission.OBJECT.of(text, machine);
    } finally {
      machines.add(machine);
    }
  }

  @Override
  public void close() {
    idle.values().forEach(machines -> machines.forEach(TargetMachine::close));
  }
}
