// SPDX-License-Identifier: Apache-2.0
/**
 * Java programs that embed dlc. They use {@link dlc.driver.Dlc} as any other program would; the
 * models are the {@code .dl} files of this module.
 */
@NullMarked
package dlc.samples;

import org.jspecify.annotations.NullMarked;
