// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.frontend.Inspection;
import java.util.List;

/** What the front end makes of a text. */
record Analysis(SourceFile source, Inspection inspection, Sightings sightings) {

  static Analysis of(SourceFile source, Workspace workspace) {
    Sightings sightings = new Sightings();
    return new Analysis(source, Inspection.of(source, workspace.imports(), sightings), sightings);
  }

  /** Whether the text could be read, so that something was seen. */
  boolean isWhole() {
    return !inspection.files().isEmpty() && !inspection.files().getLast().declarations().isEmpty();
  }

  /**
   * What was seen at {@code place} of a text that may have changed since, where it has not changed
   * just there.
   */
  List<String> seen(Span place) {
    String now = place.source().text();
    String then = source.text();
    int same = 0;
    int least = Math.min(now.length(), then.length());
    while (same < least && now.charAt(same) == then.charAt(same)) {
      same++;
    }
    int shift = then.length() - now.length();
    if (place.end() <= same) {
      return sightings.at(source, place.start(), place.end());
    }
    int start = place.start() + shift;
    boolean isSame = start >= 0 && now.substring(place.start()).equals(then.substring(start));
    return isSame ? sightings.at(source, start, place.end() + shift) : List.of();
  }
}
