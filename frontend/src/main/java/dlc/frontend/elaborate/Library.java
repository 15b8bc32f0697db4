// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import dlc.base.Diagnostics;
import dlc.base.SourceFile;
import dlc.frontend.ast.File;
import dlc.frontend.parse.Parser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The standard library: the files {@code dlc/std/*.dl}, parsed once. */
public final class Library {

  private static final List<String> FILES =
      List.of(
          "functions",
          "dense",
          "convolution",
          "pooling",
          "activation",
          "normalization",
          "regularization",
          "recurrent",
          "attention",
          "shape",
          "initializers",
          "losses",
          "optimizers",
          "schedules",
          "augmentations");

  private static final List<File> PARSED = parse();
  private static final Declarations DECLARATIONS = declare();

  private Library() {}

  public static Declarations declarations() {
    return DECLARATIONS;
  }

  public static List<File> files() {
    return PARSED;
  }

  private static List<File> parse() {
    Diagnostics diagnostics = new Diagnostics();
    List<File> files = new ArrayList<>();
    for (String name : FILES) {
      files.add(Parser.parse(read(name), diagnostics));
    }
    diagnostics.throwIfAny();
    return files;
  }

  private static Declarations declare() {
    Diagnostics diagnostics = new Diagnostics();
    Declarations all = Declarations.of(PARSED, Optional.empty(), diagnostics);
    diagnostics.throwIfAny();
    return all;
  }

  private static SourceFile read(String name) {
    String path = "/dlc/std/" + name + ".dl";
    try (InputStream stream = Library.class.getResourceAsStream(path)) {
      if (stream == null) {
        throw new IllegalStateException(path + " is missing");
      }
      return new SourceFile(
          "std/" + name + ".dl", new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
