// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory for tensors, in pages of 2 MiB where the system grants them: products of large matrices
 * walk a page a step, and the processor remembers the places of few small pages.
 */
final class LargeMemory {

  private static final long PAGE = 2 << 20;
  private static final long ALIGNMENT = 64;

  // As Linux numbers them on every processor that we compile for.
  private static final int READ_AND_WRITE = 3;
  private static final int PRIVATE_AND_ANONYMOUS = 0x22;
  private static final int HUGE_PAGES = 14;

  /** Where Linux says whether it has large pages. */
  private static final Path SETTINGS = Path.of("/sys/kernel/mm/transparent_hugepage");

  private LargeMemory() {}

  /** Zeros, which live as long as {@code arena}. */
  static MemorySegment allocate(Arena arena, long bytes) {
    if (bytes < PAGE || !Files.exists(SETTINGS)) {
      return arena.allocate(bytes, ALIGNMENT);
    }
    try {
      return map(arena, bytes);
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable failure) {
      throw new IllegalStateException("mmap", failure);
    }
  }

  private static MemorySegment map(Arena arena, long bytes) throws Throwable {
    long size = bytes + PAGE;
    MethodHandle map =
        function("mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    MemorySegment start =
        (MemorySegment)
            map.invokeExact(
                MemorySegment.NULL, size, READ_AND_WRITE, PRIVATE_AND_ANONYMOUS, -1, 0L);
    if (start.address() == -1) {
      throw new OutOfMemoryError("mmap of " + bytes + " bytes");
    }
    MethodHandle unmap = function("munmap", JAVA_INT, ADDRESS, JAVA_LONG);
    MemorySegment all = start.reinterpret(size, arena, each -> unmap(unmap, each, size));
    MemorySegment memory = all.asSlice(Math.floorMod(-all.address(), PAGE), bytes);
    // Advice: it may be refused, and then the pages are small.
    int _ =
        (int)
            function("madvise", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT)
                .invokeExact(memory, bytes, HUGE_PAGES);
    return memory;
  }

  private static void unmap(MethodHandle unmap, MemorySegment memory, long size) {
    try {
      int _ = (int) unmap.invokeExact(memory, size);
    } catch (Throwable failure) {
      throw new IllegalStateException("munmap", failure);
    }
  }

  private static MethodHandle function(
      String name, MemoryLayout result, MemoryLayout... parameters) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().find(name).orElseThrow(), FunctionDescriptor.of(result, parameters));
  }
}
