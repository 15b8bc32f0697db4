// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code dlc} command: options, messages, tables and exit codes.
 *
 * <p>Everything that dlc prints is printed here, results to standard output, progress and messages
 * to standard error. What is done is done in {@link dlc.driver}. Start reading at {@link
 * dlc.cli.Main}.
 */
@NullMarked
package dlc.cli;

import org.jspecify.annotations.NullMarked;
