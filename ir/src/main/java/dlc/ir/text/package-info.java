// SPDX-License-Identifier: Apache-2.0
/**
 * Both IRs as text: printers, the parser of tensor IR, and the verifier. Start reading at {@link
 * dlc.ir.text.GraphPrinter}.
 */
@NullMarked
package dlc.ir.text;

import org.jspecify.annotations.NullMarked;
