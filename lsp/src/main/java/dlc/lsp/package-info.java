// SPDX-License-Identifier: Apache-2.0
/**
 * A language server: what editors ask about programs, while these are being written.
 *
 * <p>Names are looked up in the words of a text ({@link dlc.lsp.FileIndex}), which works in files
 * that are half written; mistakes and shapes come from the front end, which elaborates the program
 * in the background after each change. Only this package knows LSP4J. Start reading at {@link
 * dlc.lsp.DlServer}.
 */
@NullMarked
package dlc.lsp;

import org.jspecify.annotations.NullMarked;
