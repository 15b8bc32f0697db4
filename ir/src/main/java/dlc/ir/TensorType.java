// SPDX-License-Identifier: Apache-2.0
package dlc.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An element type and the extent of each dimension, in row-major order.
 *
 * <p>Extents are positive and known at compile time. A scalar has no dimensions.
 */
public record TensorType(DType dtype, List<Integer> dims) {

  /** More elements than this do not fit the address arithmetic of a kernel. */
  public static final long MAX_ELEMENTS = Integer.MAX_VALUE;

  public TensorType {
    dims = List.copyOf(dims);
    long elements = 1;
    for (int dim : dims) {
      if (dim < 1) {
        throw new TypeError("a dimension is %d, it must be at least 1", dim);
      }
      elements *= dim;
      if (elements > MAX_ELEMENTS) {
        throw new TypeError("%s has more than 2^31 elements", dims);
      }
    }
  }

  public static TensorType of(DType dtype, int... dims) {
    return new TensorType(dtype, Arrays.stream(dims).boxed().toList());
  }

  public static TensorType of(DType dtype, List<Integer> dims) {
    return new TensorType(dtype, dims);
  }

  public int rank() {
    return dims.size();
  }

  /** The extent of dimension {@code axis}. */
  public int dim(int axis) {
    return dims.get(axis);
  }

  public long elements() {
    long elements = 1;
    for (int dim : dims) {
      elements *= dim;
    }
    return elements;
  }

  public long bytes() {
    return elements() * dtype.bytes();
  }

  public TensorType withDType(DType other) {
    return new TensorType(other, dims);
  }

  /** How far apart, in elements, neighbours along each dimension lie. */
  public List<Integer> strides() {
    List<Integer> strides = new ArrayList<>();
    int stride = 1;
    for (int axis = rank() - 1; axis >= 0; axis--) {
      strides.addFirst(stride);
      stride *= dim(axis);
    }
    return strides;
  }

  /** {@code f32[2, 3]}, as IR text and messages show it. */
  @Override
  public String toString() {
    return dtype.toString() + dims;
  }
}
