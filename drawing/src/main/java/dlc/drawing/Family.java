// SPDX-License-Identifier: Apache-2.0
package dlc.drawing;

import dlc.base.SourceFile;
import java.util.Locale;

/** What kind of work a box does, which its color says. */
enum Family {
  DENSE("#dbe9fb", "#3b78c4"),
  CONVOLUTION("#d9f0ec", "#1f8a78"),
  POOLING("#e9e3f6", "#7a5fb5"),
  ACTIVATION("#fdeccb", "#c78a14"),
  NORMALIZATION("#e6f2d5", "#6a962b"),
  REGULARIZATION("#eeeeee", "#888888"),
  RECURRENT("#fbdfe8", "#c2487a"),
  ATTENTION("#fde0d6", "#cf5f34"),
  SHAPE("#eeeeee", "#888888"),
  /** A layer of the program's own that is drawn as one box. */
  OWN("#dff1fa", "#2e8fb8"),
  /** An input or a result of the model. */
  PORT("#ffffff", "#444444"),
  /** An operator between values, such as the sum of a residual. */
  JOIN("#ffffff", "#444444"),
  /** What holds other boxes. */
  GROUP("#f8f9fb", "#b6bfcc");

  private final String fill;
  private final String line;

  Family(String fill, String line) {
    this.fill = fill;
    this.line = line;
  }

  /** The family of a layer that {@code source} declares; the library has a file for each. */
  static Family of(SourceFile source) {
    for (Family family : values()) {
      if (source.name().equals("std/" + family.id() + ".dl")) {
        return family;
      }
    }
    return OWN;
  }

  /** The name in the library and in style sheets. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  String fill() {
    return fill;
  }

  String line() {
    return line;
  }
}
