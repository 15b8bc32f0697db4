// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import java.util.List;
import java.util.stream.Collectors;

/** A program is wrong, in the ways that its diagnostics say. */
public final class CompilationFailed extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<Diagnostic> diagnostics;

  public CompilationFailed(List<Diagnostic> diagnostics) {
    super(diagnostics.stream().map(Diagnostic::render).collect(Collectors.joining("\n")));
    this.diagnostics = List.copyOf(diagnostics);
  }

  public List<Diagnostic> diagnostics() {
    return diagnostics;
  }
}
