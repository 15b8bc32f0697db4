// SPDX-License-Identifier: Apache-2.0
/**
 * Files of numbers: {@code .npy}, {@code .npz}, safetensors and CSV, plain or compressed.
 *
 * <p>A reader trusts nothing that a header says before it has compared it with the file's length,
 * and each malformed file ends in one {@link dlc.base.UserError} that says what was found, what was
 * expected and what to do. What the numbers mean is none of this package's business. Start reading
 * at {@link dlc.runtime.file.NumberArray}.
 */
@NullMarked
package dlc.runtime.file;

import org.jspecify.annotations.NullMarked;
