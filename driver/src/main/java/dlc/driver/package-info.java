// SPDX-License-Identifier: Apache-2.0
/**
 * The library front door: from a file to a model that trains, is measured and predicts.
 *
 * <p>Nothing here prints, exits or reads system properties. Programs that embed dlc need {@link
 * dlc.driver.Dlc} alone; start reading there, then go on to {@link dlc.driver.Workbench} and {@link
 * dlc.driver.ModelSession}.
 */
@NullMarked
package dlc.driver;

import org.jspecify.annotations.NullMarked;
