// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import dlc.base.Code;
import dlc.base.UserError;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The safetensors format: a JSON header of names, types, shapes and places, then the numbers.
 *
 * <p>See https://huggingface.co/docs/safetensors.
 */
public final class SafeTensors {

  private static final String METADATA = "__metadata__";
  private static final long MAX_HEADER = 100_000_000;
  private static final String HOW_TO_WRITE =
      "in Python: safetensors.torch.save_file(model.state_dict(), name)";

  private SafeTensors() {}

  /** The arrays of a file by name, in the order in which they lie there. */
  public static Map<String, NumberArray> read(Path path) {
    try (DataFile file = DataFile.openPlain(path)) {
      byte[] header = header(path, file);
      long bytes = file.length() - 8 - header.length;
      List<Entry> entries = entries(path, header, bytes);
      MemorySegment values = file.segment(bytes, "the arrays");
      Map<String, NumberArray> arrays = new LinkedHashMap<>();
      for (Entry entry : entries) {
        MemorySegment part = values.asSlice(entry.start, entry.end - entry.start);
        arrays.put(entry.name, new NumberArray(entry.type, entry.dims, part));
      }
      return Collections.unmodifiableMap(arrays);
    }
  }

  /** What the file at {@code path} says of itself, by name, beside its arrays. */
  public static Map<String, String> metadata(Path path) {
    try (DataFile file = DataFile.openPlain(path)) {
      JsonNode root = json(path, header(path, file));
      Map<String, String> metadata = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> property : root.path(METADATA).properties()) {
        metadata.put(property.getKey(), property.getValue().asString(""));
      }
      return Collections.unmodifiableMap(metadata);
    }
  }

  /** Writes {@code arrays} in their order, all at once or not at all. */
  public static void write(Path path, Map<String, NumberArray> arrays) {
    write(path, arrays, Map.of());
  }

  /** The same, with {@code metadata} for {@link #metadata} to read. */
  public static void write(
      Path path, Map<String, NumberArray> arrays, Map<String, String> metadata) {
    byte[] start = start(arrays, metadata);
    AtomicFile.write(
        path,
        channel -> {
          Channels.write(channel, ByteBuffer.wrap(start));
          for (NumberArray array : arrays.values()) {
            Channels.write(channel, array.values());
          }
        });
  }

  /** What stands in a file before the numbers of {@code arrays}. */
  public static byte[] start(Map<String, NumberArray> arrays, Map<String, String> metadata) {
    byte[] header = header(arrays, metadata);
    ByteBuffer start = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
    return start.putLong(header.length).put(header).array();
  }

  private static byte[] header(Path path, DataFile file) {
    long length = file.length();
    byte[] start = file.upTo(8);
    long headerLength = start.length < 8 ? -1 : littleEndian(start).getLong();
    if (headerLength < 2 || headerLength > Math.min(length - 8, MAX_HEADER)) {
      throw foreign(path, start, length);
    }
    byte[] header = file.bytes((int) headerLength, "the header");
    if (header[0] != '{') {
      throw foreign(path, start, length);
    }
    return header;
  }

  /** What the header says of one array; {@code start} and {@code end} are bytes after it. */
  private record Entry(String name, ElementType type, List<Integer> dims, long start, long end) {}

  private static byte[] header(Map<String, NumberArray> arrays, Map<String, String> metadata) {
    StringBuilder json = new StringBuilder("{\"" + METADATA + "\":{\"format\":\"pt\"");
    metadata.forEach(
        (name, text) -> {
          if (!name.equals("format")) {
            json.append(',').append(Json.quoted(name)).append(':').append(Json.quoted(text));
          }
        });
    json.append('}');
    long offset = 0;
    for (Map.Entry<String, NumberArray> entry : arrays.entrySet()) {
      NumberArray array = entry.getValue();
      long end = offset + array.values().byteSize();
      json.append(',').append(Json.quoted(entry.getKey()));
      json.append(":{\"dtype\":\"").append(array.type().name()).append("\",\"shape\":[");
      json.append(String.join(",", array.dims().stream().map(String::valueOf).toList()));
      json.append("],\"data_offsets\":[").append(offset).append(',').append(end).append("]}");
      offset = end;
    }
    byte[] text = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    int padding = Math.floorMod(-text.length, 8);
    return (json + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
  }

  private static List<Entry> entries(Path path, byte[] header, long available) {
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : json(path, header).properties()) {
      if (!property.getKey().equals(METADATA)) {
        entries.add(entry(path, property.getKey(), property.getValue()));
      }
    }
    entries.sort(Comparator.comparingLong(Entry::start).thenComparingLong(Entry::end));
    long end = 0;
    for (Entry entry : entries) {
      if (entry.start != end) {
        throw unreadable(
            path, "'%s' begins at byte %d, not at %d".formatted(entry.name, entry.start, end));
      }
      end = entry.end;
    }
    if (end != available) {
      throw unreadable(
          path, Text.of("its arrays take %,d bytes, the file has %,d for them", end, available));
    }
    return entries;
  }

  private static JsonNode json(Path path, byte[] header) {
    try {
      return JsonMapper.shared().readTree(header);
    } catch (JacksonException failure) {
      throw unreadable(path, "its header is not JSON: " + failure.getOriginalMessage());
    }
  }

  private static Entry entry(Path path, String name, JsonNode node) {
    String typeName = node.path("dtype").asString("nothing");
    ElementType type =
        ElementType.named(typeName)
            .orElseThrow(
                () ->
                    unreadable(
                        path,
                        "'%s' is of type %s; F32, F64, F16, BF16, I32, I64, U8 and BOOL are read"
                            .formatted(name, typeName)));
    List<Integer> dims = new ArrayList<>();
    boolean fine = node.path("shape").isArray();
    long bytes = type.bytes();
    for (JsonNode dim : node.path("shape")) {
      fine = fine && dim.isInt() && dim.intValue() >= 0;
      dims.add(dim.intValue(0));
      bytes = Math.multiplyHigh(bytes, dims.getLast()) == 0 ? bytes * dims.getLast() : -1;
      fine = fine && bytes >= 0;
    }
    JsonNode offsets = node.path("data_offsets");
    long start = offsets.path(0).longValue(-1);
    long end = offsets.path(1).longValue(-1);
    if (!fine || offsets.size() != 2 || start < 0 || end < start || end - start != bytes) {
      throw unreadable(
          path,
          "shape and place of '%s' do not agree: %s".formatted(name, Foreign.excerpt("" + node)));
    }
    return new Entry(name, type, dims, start, end);
  }

  private static UserError foreign(Path path, byte[] start, long length) {
    String found =
        start.length == 8 && Foreign.looksBinary(start)
            ? Text.of(
                "its header does not fit the file's %,d bytes; it is cut off or foreign", length)
            : Foreign.describe(start);
    return new UserError(Code.WEIGHTS_UNREADABLE, path, "this is not a safetensors file: " + found)
        .help(HOW_TO_WRITE);
  }

  private static UserError unreadable(Path path, String found) {
    return new UserError(Code.WEIGHTS_UNREADABLE, path, found)
        .help("the file is damaged, or cut off: write it again; " + HOW_TO_WRITE);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
