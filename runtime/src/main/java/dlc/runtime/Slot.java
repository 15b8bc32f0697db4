// SPDX-License-Identifier: Apache-2.0
package dlc.runtime;

import dlc.ir.TensorType;

/** The place of a parameter or result in an arena; {@code offset} is in bytes. */
public record Slot(String name, TensorType type, long offset) {}
