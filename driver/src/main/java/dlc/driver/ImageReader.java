// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import dlc.base.Code;
import dlc.base.UserError;
import dlc.ir.DType;
import dlc.ir.TensorType;
import dlc.runtime.data.Column;
import dlc.runtime.file.ImageFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Reads an image file as the one sample that a model is to predict on. */
final class ImageReader {

  private ImageReader() {}

  /** The image at {@code path}, scaled to the height and width of {@code type}. */
  static Column read(Path path, String name, TensorType type) {
    boolean fits = type.rank() == 3 && (type.dim(0) == 1 || type.dim(0) == 3);
    if (!fits || !type.dtype().isFloat()) {
      throw new UserError(
              Code.DATA_SHAPE,
              path,
              "an image is [1, h, w] or [3, h, w], the model's input '%s' is %s"
                  .formatted(name, type))
          .help("give a .npy array");
    }
    byte[] pixels = ImageFile.read(path).pixels(type.dim(0), type.dim(1), type.dim(2));
    return new Column(name, type.withDType(DType.U8), MemorySegment.ofArray(pixels));
  }
}
