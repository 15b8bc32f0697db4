// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.data;

import dlc.base.Code;
import dlc.base.NearestName;
import dlc.base.UserError;
import dlc.runtime.file.Npz;
import dlc.runtime.file.SafeTensors;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All data sources, and the way from one to the parts that a training run needs. */
public final class Sources {

  /** Apart, so that a question about names loads no readers. */
  private static final class All {
    private static final Map<String, Source> BY_NAME = byName();
  }

  private Sources() {}

  /** What programs may call a source. */
  public static Set<String> names() {
    return All.BY_NAME.keySet();
  }

  /** Whether samples arrive as bytes, which the program divides by 255. */
  public static boolean givesBytes(String kind) {
    return switch (kind) {
      case "cifar10", "cifar100", "mnist", "fashion_mnist", "image_folder", "digits" -> true;
      default -> false;
    };
  }

  /**
   * What the classes of {@code source} are called, by number, as far as that is known without
   * reading all of the data; empty when it is not, or when there are no classes.
   */
  public static List<String> classNames(SourceSpec source, DataPaths paths) {
    return switch (source.kind()) {
      case "cifar10" -> ClassNames.CIFAR10;
      case "fashion_mnist" -> ClassNames.FASHION;
      case "mnist", "digits" -> ClassNames.DIGITS;
      case "image_folder" -> ImageFolderSource.classNames(source, paths);
      case "csv" -> CsvEncoding.of(source, paths).classNames();
      default -> List.of();
    };
  }

  /** Loads what {@code request} asks for and cuts it into its parts. */
  public static Loaded load(DataRequest request) {
    SourceSpec spec = request.source();
    Source source = named(spec.kind());
    Source.Parts parts = source.load(spec, request);
    if (spec.test().isEmpty()) {
      return request.split().cut(parts, source.hasTestPart(), request.seed());
    }
    SourceSpec test = spec.test().get();
    Source.Parts both =
        new Source.Parts(
            parts.training(),
            Optional.of(test(test, spec, request)),
            parts.notes(),
            parts.overlap());
    return request.split().cut(both, true, request.seed());
  }

  private static Dataset test(SourceSpec test, SourceSpec training, DataRequest request) {
    Source source = named(test.kind());
    if (test.kind().equals(training.kind())) {
      return source.loadTest(test, training, request);
    }
    return source.loadTest(test, test, request);
  }

  private static Source named(String kind) {
    Source source = All.BY_NAME.get(kind);
    if (source != null) {
      return source;
    }
    throw new UserError(Code.UNKNOWN_SOURCE, kind)
        .help(
            NearestName.of(kind, names())
                .map(near -> "did you mean " + near + "?")
                .orElse("there are " + String.join(", ", names())));
  }

  private static Map<String, Source> byName() {
    Map<String, Source> sources = new LinkedHashMap<>();
    sources.put("cifar10", new CifarSource(CifarSource.Layout.TEN));
    sources.put("cifar100", new CifarSource(CifarSource.Layout.HUNDRED));
    sources.put("mnist", new IdxSource("mnist", ClassNames.DIGITS));
    sources.put("fashion_mnist", new IdxSource("fashion-mnist", ClassNames.FASHION));
    sources.put("image_folder", new ImageFolderSource());
    sources.put("csv", new CsvSource());
    sources.put("npy", new NpySource());
    sources.put("npz", new ArchiveSource(Npz::read));
    sources.put("safetensors", new ArchiveSource(SafeTensors::read));
    sources.put("text", new TextSource());
    sources.put("digits", new DigitsSource());
    sources.put("spirals", new SpiralsSource());
    sources.put("random", new RandomSource());
    return Collections.unmodifiableMap(sources);
  }
}
