// SPDX-License-Identifier: Apache-2.0

/**
 * A plugin for Maven that makes Java classes of programs in dl. What a class looks like is decided
 * in {@code dlc.cpu.binary}; here are only the parameters, and when to do it anew.
 */
@NullMarked
package dlc.maven;

import org.jspecify.annotations.NullMarked;
