// SPDX-License-Identifier: Apache-2.0
/**
 * What a model is trained on: sources, their parts and the order of samples.
 *
 * <p>A {@link dlc.runtime.data.Dataset} is columns of numbers with a row for each sample; a {@link
 * dlc.runtime.data.Source} makes one from files or from a seed. Everything random here is a
 * function of the seed and a {@link dlc.runtime.data.RandomStream}. Start reading at {@link
 * dlc.runtime.data.Sources}.
 */
@NullMarked
package dlc.runtime.data;

import org.jspecify.annotations.NullMarked;
