// SPDX-License-Identifier: Apache-2.0
/**
 * Agreement with a recorded reference.
 *
 * <p>A case is a folder of arrays that PyTorch computed; a manifest describes them. {@link
 * dlc.driver.parity.Parity} is the way in. {@code ops.txt} says which PyTorch calls dl has, and as
 * what. Nothing here trains on data sources or prints.
 */
@NullMarked
package dlc.driver.parity;

import org.jspecify.annotations.NullMarked;
