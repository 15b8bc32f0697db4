// SPDX-License-Identifier: Apache-2.0
package dlc.ir.scalar;

import dlc.ir.TensorType;

/** Memory for a tensor, row-major, known in its kernel by its name. */
public record Buffer(String name, TensorType type, Space space) {

  public static Buffer global(String name, TensorType type) {
    return new Buffer(name, type, Space.GLOBAL);
  }

  public static Buffer register(String name, TensorType type) {
    return new Buffer(name, type, Space.REGISTER);
  }

  public static Buffer shared(String name, TensorType type) {
    return new Buffer(name, type, Space.SHARED);
  }

  public static Buffer matrix(String name, TensorType type) {
    return new Buffer(name, type, Space.MATRIX);
  }

  @Override
  public String toString() {
    return name;
  }
}
