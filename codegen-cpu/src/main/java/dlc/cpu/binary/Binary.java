// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import dlc.base.SideBySide;
import dlc.cpu.ModuleParts;
import dlc.cpu.ObjectFiles;
import dlc.cpu.PoolText;
import dlc.cpu.binary.BinaryModel.Code;
import dlc.cpu.binary.BinaryModel.Version;
import dlc.ir.kernel.KernelProgram;
import dlc.ir.kernel.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A model as a program that needs nothing but the C library.
 *
 * <p>The entry points for a processor, of all batches, are several modules, so that they are
 * translated side by side; then the linker takes them together with the description of the model,
 * the thread pool and the runtime. What nobody refers to is left out.
 */
public final class Binary {

  /** One object file; the name says in messages and reports what it is. */
  record Part(String name, Content object) {}

  /** A module that becomes an object file, and the processor that it is for. */
  private record Job(String name, String text, Target target) {}

  /** What is kept of the names of functions and of the places that they come from. */
  public enum Symbols {
    STRIPPED,
    /** Names, and the lines of the {@code .dl} file in the form of DWARF. */
    LINES
  }

  private static final String MODEL = "model";
  private static final String POOL = "pool";
  private static final String RUNTIME = "runtime";

  private Binary() {}

  /**
   * A program.
   *
   * @param sizes how many of its bytes are what: machine code for each processor, the runtime and
   *     so on
   */
  public record Executable(Content content, Map<String, Long> sizes) {}

  /** An executable for {@code platform}. */
  public static Executable executable(
      BinaryModel model, Platform platform, Linkage linkage, Symbols symbols) {
    List<Job> jobs = new ArrayList<>(kernels(model, KernelProgram::withRepeats, symbols));
    jobs.add(new Job(MODEL, ModelTables.write(model), platform.plain()));
    jobs.add(new Job(POOL, PoolText.of(platform.triple()), platform.plain()));
    List<Part> parts = new ArrayList<>(translated(jobs, platform));
    parts.add(new Part(RUNTIME, resource(RuntimeBuild.runtime(platform))));
    Link.Linked linked = Link.executable(parts, platform, linkage, symbols);
    return new Executable(linked.content(), sizes(model, linked));
  }

  private static Map<String, Long> sizes(BinaryModel model, Link.Linked linked) {
    Map<String, Long> sizes = new LinkedHashMap<>();
    model.versions().forEach(version -> sizes.put(kernelsFor(version), 0L));
    long weights = model.embedded().map(bytes -> (long) bytes.length).orElse(0L);
    long rest = linked.content().size();
    for (Map.Entry<String, Long> part : linked.sizes().entrySet()) {
      rest -= part.getValue();
      sizes.merge(
          what(model, part.getKey()),
          part.getKey().equals(MODEL) ? part.getValue() - weights : part.getValue(),
          Long::sum);
    }
    if (weights > 0) {
      sizes.put("weights", weights);
    }
    sizes.put("headers and tables", rest);
    return sizes;
  }

  private static String kernelsFor(Version version) {
    return "kernels for " + version.name();
  }

  private static String what(BinaryModel model, String part) {
    for (Version version : model.versions()) {
      if (part.startsWith(named(version) + ".")) {
        return kernelsFor(version);
      }
    }
    return switch (part) {
      case MODEL -> "description of the model";
      case POOL -> "thread pool";
      case RUNTIME -> "runtime";
      default -> "C library";
    };
  }

  /** A library and its header. */
  public record Library(Content content, String header) {}

  /** How a library is linked into programs. */
  public enum LibraryKind {
    OBJECT,
    STATIC,
    SHARED
  }

  /**
   * The functions of a model for programs in C and all that can call such, for {@code platform}.
   *
   * <p>They run on the thread that calls them and need no other library.
   */
  public static Library library(
      BinaryModel model, Platform platform, LibraryKind kind, Symbols symbols) {
    LibraryApi api = LibraryApi.of(model);
    // The state is the caller's, who may change it: nothing stays prepared.
    List<Job> jobs = new ArrayList<>(kernels(model, UnaryOperator.identity(), symbols));
    jobs.add(new Job("model", ModelTables.writeForLibrary(model), platform.plain()));
    jobs.add(new Job("functions", api.module(), platform.plain()));
    List<Part> parts = new ArrayList<>(translated(jobs, platform));
    parts.add(new Part("library", resource(RuntimeBuild.library(platform))));
    Content content =
        switch (kind) {
          case OBJECT -> Link.object(parts, platform, api, symbols);
          case STATIC -> Link.archive(parts, platform, api, symbols);
          case SHARED -> Link.shared(parts, platform, api, symbols);
        };
    return new Library(content, LibraryHeader.write(model, api));
  }

  /**
   * A Java class as text, and what it needs beside it on the class path.
   *
   * @param name of the class, without its package
   * @param resource the path under which the class looks for its library
   */
  public record JavaSource(String name, String text, String resource, Content library) {}

  /**
   * The Java class that calls a shared library for {@code platform}.
   *
   * @param packageName may be empty
   */
  public static JavaSource javaSource(
      BinaryModel model, Platform platform, String packageName, Symbols symbols) {
    LibraryApi api = LibraryApi.of(model);
    String folder = packageName.isEmpty() ? "" : packageName.replace('.', '/') + "/";
    String resource = "native/%s/%slib%s.so".formatted(platform.id(), folder, api.prefix());
    JavaClass text = new JavaClass(model, api, packageName, resource);
    Content library = library(model, platform, LibraryKind.SHARED, symbols).content();
    return new JavaSource(text.name(), text.source(), resource, library);
  }

  /** A shared library for {@code platform} in a jar, with a Java class that calls it. */
  public static Content jar(BinaryModel model, Platform platform, Symbols symbols) {
    return ClassJar.of(javaSource(model, platform, "", symbols));
  }

  /** The object files of {@code jobs}, in their order; they are made side by side. */
  private static List<Part> translated(List<Job> jobs, Platform platform) {
    try (ObjectFiles objects = new ObjectFiles(platform.triple())) {
      return SideBySide.map(
          jobs, job -> new Part(job.name, Content.of(objects.of(job.text, job.target))));
    }
  }

  /** The modules of all versions, in their order, with the entry points that {@code kept} keeps. */
  private static List<Job> kernels(
      BinaryModel model, UnaryOperator<KernelProgram> kept, Symbols symbols) {
    List<Job> jobs = new ArrayList<>();
    for (Version version : model.versions()) {
      modules(version, kept, symbols)
          .forEach(part -> jobs.add(new Job(part.name(), part.text(), version.target())));
    }
    return jobs;
  }

  private static List<ModuleParts.Part> modules(
      Version version, UnaryOperator<KernelProgram> kept, Symbols symbols) {
    List<ModuleParts.Member> members = new ArrayList<>();
    for (Code code : version.code()) {
      String prefix = ModelTables.prefix(version, code);
      String name = "%s.%s".formatted(prefix, code.entry().name());
      members.add(new ModuleParts.Member(name, prefix, kept.apply(code.program())));
    }
    ModuleParts.Lines lines =
        switch (symbols) {
          case STRIPPED -> ModuleParts.Lines.NONE;
          case LINES -> ModuleParts.Lines.TOLD;
        };
    return ModuleParts.write(named(version), members, version.target(), lines);
  }

  /** What the names of a version's modules begin with. */
  private static String named(Version version) {
    return "dlc." + version.name();
  }

  static Content resource(String name) {
    try (InputStream file =
        Objects.requireNonNull(Binary.class.getResourceAsStream("native/" + name))) {
      return Content.of(file.readAllBytes());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
