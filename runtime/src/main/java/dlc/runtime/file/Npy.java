// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import dlc.base.UserError;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** NumPy's {@code .npy} format, versions 1 to 3, for plain numbers in C order. */
public final class Npy {

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER = 1 << 20;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*(?:'([^']*)'|(\\[))");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\sL]*)\\)");

  private Npy() {}

  public static NumberArray read(Path path) {
    try (DataFile file = DataFile.open(path)) {
      return read(file);
    }
  }

  static NumberArray read(DataFile file) {
    String header = header(file);
    ElementType type = type(file, header);
    List<Integer> dims = dims(file, header);
    if (match(file, ORDER, header).group(1).equals("True") && dims.size() > 1) {
      throw file.malformed("it is in Fortran order, C order was expected")
          .help("save it with np.save(name, np.ascontiguousarray(array))");
    }
    String what = "an array of " + type + dims;
    MemorySegment values = file.segment(bytes(file, type, dims), what);
    file.expectEnd(what);
    return new NumberArray(type, dims, values);
  }

  /** Writes {@code array} as version 1.0. */
  public static void write(Path path, NumberArray array) {
    AtomicFile.write(path, channel -> write(channel, array));
  }

  static void write(WritableByteChannel channel, NumberArray array) throws IOException {
    if (array.type() == ElementType.BF16) {
      throw new IllegalStateException("NumPy has no bf16");
    }
    String shape = array.dims().stream().map(dim -> dim + ",").collect(Collectors.joining(" "));
    if (array.dims().size() > 1) {
      shape = shape.substring(0, shape.length() - 1);
    }
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
            .formatted(array.type().descr(), shape);
    int padding = Math.floorMod(-(10 + header.length() + 1), 64);
    byte[] text = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer start = ByteBuffer.allocate(10 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    start.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) text.length).put(text).flip();
    Channels.write(channel, start);
    Channels.write(channel, array.values());
  }

  private static String header(DataFile file) {
    byte[] start = file.upTo(8);
    for (int i = 0; i < MAGIC.length; i++) {
      if (i >= start.length || start[i] != MAGIC[i]) {
        throw file.malformed("it is not a .npy file: " + Foreign.describe(start))
            .help("write it with numpy.save(name, array)");
      }
    }
    int version = start.length < 8 ? 0 : start[6];
    if (version < 1 || version > 3) {
      throw file.malformed("it is of .npy version " + version + ", 1 to 3 were expected");
    }
    int sizeBytes = version == 1 ? 2 : 4;
    byte[] size = file.bytes(sizeBytes, "the header");
    long length = 0;
    for (int i = sizeBytes - 1; i >= 0; i--) {
      length = (length << 8) | (size[i] & 0xFF);
    }
    if (length > MAX_HEADER) {
      throw file.malformed(Text.of("it has a header of %,d bytes, which no array needs", length))
          .help("the file is damaged: write it again");
    }
    return new String(file.bytes((int) length, "the header"), StandardCharsets.UTF_8);
  }

  private static ElementType type(DataFile file, String header) {
    Matcher descr = match(file, DESCR, header);
    String name = descr.group(1) == null ? "a structure" : descr.group(1);
    return ElementType.ofDescr(name)
        .orElseThrow(
            () ->
                file.malformed(
                        "it has elements of type '%s'; <f4, <f8, <f2, <i4, <i8, |u1 and |b1 are read"
                            .formatted(name))
                    .help("convert it first, with array.astype('<f4')"));
  }

  private static List<Integer> dims(DataFile file, String header) {
    List<Integer> dims = new ArrayList<>();
    for (String dim : match(file, SHAPE, header).group(1).split(",")) {
      String digits = dim.replace("L", "").strip();
      if (digits.isEmpty()) {
        continue;
      }
      if (digits.length() > 10 || Long.parseLong(digits) > Integer.MAX_VALUE) {
        throw file.malformed("it has a dimension of " + digits + ", 2^31 - 1 is the most");
      }
      dims.add(Integer.parseInt(digits));
    }
    return dims;
  }

  private static Matcher match(DataFile file, Pattern pattern, String header) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw file.malformed("it has a header that is none of NumPy's: " + Foreign.excerpt(header))
          .help("write it with numpy.save(name, array)");
    }
    return matcher;
  }

  /** The size of the data, with a complaint instead of an overflow. */
  static long bytes(DataFile file, ElementType type, List<Integer> dims) {
    try {
      long bytes = type.bytes();
      for (int dim : dims) {
        bytes = Math.multiplyExact(bytes, dim);
      }
      return bytes;
    } catch (ArithmeticException _) {
      throw tooLarge(file, type, dims);
    }
  }

  private static UserError tooLarge(DataFile file, ElementType type, List<Integer> dims) {
    return file.malformed("it claims to hold " + type + dims + ", more than any memory")
        .help("the file is damaged: write it again");
  }
}
