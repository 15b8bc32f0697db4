// SPDX-License-Identifier: Apache-2.0
package dlc.cpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A function in an object file of ELF, 64 bits, little endian, as all systems have it that we make
 * code for.
 *
 * @param section the number of the section it lies in
 * @param offset where it begins in its section
 * @param bytes how long it is
 * @param isGlobal whether other modules see it
 */
record ElfFunction(String name, int section, long offset, long bytes, boolean isGlobal) {

  private static final int SECTION_TABLE = 0x28;
  private static final int SECTION_SIZE = 0x3A;
  private static final int SECTION_COUNT = 0x3C;
  private static final int SYMBOL_TABLE = 2;
  private static final int SYMBOL_BYTES = 24;
  private static final int FUNCTION = 2;

  /** All functions of {@code object}, in the order of its symbol table. */
  static List<ElfFunction> of(byte[] object) {
    ByteBuffer file = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
    int table = Math.toIntExact(file.getLong(SECTION_TABLE));
    int size = file.getShort(SECTION_SIZE);
    List<ElfFunction> functions = new ArrayList<>();
    for (int i = 0; i < file.getShort(SECTION_COUNT); i++) {
      int header = table + i * size;
      if (file.getInt(header + 4) == SYMBOL_TABLE) {
        int names = table + file.getInt(header + 40) * size;
        collect(file, header, Math.toIntExact(file.getLong(names + 24)), functions);
      }
    }
    return functions;
  }

  private static void collect(ByteBuffer file, int header, int names, List<ElfFunction> functions) {
    int start = Math.toIntExact(file.getLong(header + 24));
    int end = start + Math.toIntExact(file.getLong(header + 32));
    for (int at = start; at < end; at += SYMBOL_BYTES) {
      int info = file.get(at + 4);
      int section = file.getShort(at + 6);
      if ((info & 0xF) == FUNCTION && section != 0) {
        functions.add(
            new ElfFunction(
                text(file, names + file.getInt(at)),
                section,
                file.getLong(at + 8),
                file.getLong(at + 16),
                info >> 4 != 0));
      }
    }
  }

  private static String text(ByteBuffer file, int start) {
    int end = start;
    while (file.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - start];
    file.get(start, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
