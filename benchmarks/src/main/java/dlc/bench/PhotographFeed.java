// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

import dlc.runtime.Executable;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * CIFAR-10's first training batch: bytes for dlc, which normalizes them, and floats for PyTorch.
 */
final class PhotographFeed implements Agreement.Feed, AutoCloseable {

  private static final int PIXELS = 3 * 32 * 32;
  private static final float LEARNING_RATE = 0.001f;

  private final Executable model;
  private final DataInputStream records;

  PhotographFeed(Executable model, Path data) throws IOException {
    this.model = model;
    Path folder = data.resolve("cifar-10-batches-bin");
    Path plain = folder.resolve("data_batch_1.bin");
    InputStream file =
        Files.exists(plain)
            ? Files.newInputStream(plain)
            : new GZIPInputStream(Files.newInputStream(folder.resolve("data_batch_1.bin.gz")));
    this.records = new DataInputStream(new BufferedInputStream(file));
  }

  @Override
  public void next(OutputStream tape) throws IOException {
    int batch = model.type(Agreement.ENTRY, "image").dim(0);
    MemorySegment images = model.slot(Agreement.ENTRY, "image");
    MemorySegment labels = model.slot(Agreement.ENTRY, "target");
    ByteBuffer floats = TapeBytes.buffer(batch * PIXELS * Float.BYTES);
    for (int i = 0; i < batch; i++) {
      labels.setAtIndex(ValueLayout.JAVA_INT, i, records.readUnsignedByte());
      byte[] pixels = records.readNBytes(PIXELS);
      MemorySegment.copy(pixels, 0, images, ValueLayout.JAVA_BYTE, (long) i * PIXELS, PIXELS);
      for (byte pixel : pixels) {
        floats.putFloat(((pixel & 0xFF) / 255f - 0.5f) / 0.5f);
      }
    }
    tape.write(floats.array());
    tape.write(TapeBytes.of(model, Agreement.ENTRY, "target"));
    model.slot(Agreement.ENTRY, "lr").set(ValueLayout.JAVA_FLOAT, 0, LEARNING_RATE);
  }

  @Override
  public void close() throws IOException {
    records.close();
  }
}
