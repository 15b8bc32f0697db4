// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.ast;

import dlc.base.SourceFile;
import java.util.List;

/** The declarations of one source file, in order. */
public record File(SourceFile source, List<Declaration> declarations) {

  public File {
    declarations = List.copyOf(declarations);
  }
}
