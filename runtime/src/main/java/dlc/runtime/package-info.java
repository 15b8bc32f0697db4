// SPDX-License-Identifier: Apache-2.0
/**
 * What a backend offers to those who run programs.
 *
 * <p>{@link dlc.runtime.Executable} is the whole interface between generated code and the rest:
 * data sources, the trainer and weight files see nothing else of a backend. Nothing in this module
 * prints, exits or reads system properties. Start reading there, then go on to {@link
 * dlc.runtime.train.Trainer}.
 */
@NullMarked
package dlc.runtime;

import org.jspecify.annotations.NullMarked;
