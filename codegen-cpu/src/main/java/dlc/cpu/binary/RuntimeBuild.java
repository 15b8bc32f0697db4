// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * A step of the build of dlc: compiles the C runtime to one object file for each platform, and
 * makes for each a stand-in for its C library that has the names of the functions alone.
 *
 * <p>Neither headers nor libraries of the machine are used, and no instruction set is named, so
 * that the result is the same everywhere. Nothing is done when the sources have not changed.
 */
public final class RuntimeBuild {

  private static final String STAMP = "sources.sha256";
  private static final String LIBC = "libc";
  private static final String LIBM = "libm";

  /** Lists of names that stand in for the libraries of the machine that a program runs on. */
  private static final List<String> STUBS = List.of(LIBC, LIBM);

  private static final List<String> OPTIONS =
      List.of(
          "-Os",
          "-std=c11",
          "-nostdinc",
          "-fPIC",
          "-fvisibility=hidden",
          "-ffunction-sections",
          "-fdata-sections",
          "-fno-stack-protector",
          "-fno-asynchronous-unwind-tables",
          "-fno-math-errno",
          // Sums and products are rounded apart, as in Java.
          "-ffp-contract=off",
          "-Wall",
          "-Wextra",
          "-Werror");

  /** Tells processors apart; programs and libraries have it. */
  private static final String LEVEL = "level.c";

  /** What libraries are made of. */
  private static final List<String> LIBRARY = List.of(LEVEL, "library.c", "tensors.c");

  /** Nothing becomes a call of the C library. */
  private static final List<String> FREESTANDING =
      Stream.concat(OPTIONS.stream(), Stream.of("-ffreestanding", "-fno-builtin")).toList();

  private RuntimeBuild() {}

  /**
   * Compiles the sources in the folder {@code arguments[0]} into the folder {@code arguments[1]}.
   */
  public static void main(String[] arguments) throws IOException {
    build(Path.of(arguments[0]), Path.of(arguments[1]));
  }

  static void build(Path sources, Path target) throws IOException {
    List<Path> files = files(sources);
    String stamp = digest(files);
    Path stampFile = target.resolve(STAMP);
    if (Files.exists(stampFile) && Files.readString(stampFile).equals(stamp)) {
      return;
    }
    Files.createDirectories(target);
    PresetTool clang = PresetTool.clang();
    PresetTool linker = PresetTool.linker();
    for (Platform platform : Platform.values()) {
      build(files, platform, target, clang, linker);
    }
    Files.writeString(stampFile, stamp);
  }

  private static void build(
      List<Path> files, Platform platform, Path target, PresetTool clang, PresetTool linker)
      throws IOException {
    Path folder = Files.createTempDirectory("dlc-runtime");
    List<String> objects = new ArrayList<>();
    List<String> program = new ArrayList<>();
    List<String> library = new ArrayList<>();
    for (Path file : files) {
      String name = file.getFileName().toString();
      if (!name.endsWith(".c")) {
        continue;
      }
      boolean apart = LIBRARY.contains(name);
      Path object = folder.resolve(name.replace(".c", ".o"));
      clang.run(compile(platform, apart ? FREESTANDING : OPTIONS, file, object));
      objects.add(object.toString());
      if (apart) {
        library.add(object.toString());
      }
      if (!apart || name.equals(LEVEL)) {
        program.add(object.toString());
      }
    }
    link(linker, platform, "-r", program, target.resolve(runtime(platform)));
    link(linker, platform, "-r", library, target.resolve(library(platform)));
    for (String stub : STUBS) {
      Path names = folder.resolve(stub + ".o");
      Path source = files.getFirst().resolveSibling(stub + ".s");
      clang.run(compile(platform, List.of(), source, names));
      link(
          linker,
          platform,
          "-shared",
          List.of("-soname", stub + ".so.6", names.toString()),
          target.resolve(names(stub, platform)));
      objects.add(names.toString());
    }
    for (String object : objects) {
      Files.delete(Path.of(object));
    }
    Files.delete(folder);
  }

  /** The resource with the runtime for {@code platform}. */
  static String runtime(Platform platform) {
    return "runtime-" + platform.id() + ".o";
  }

  /** The resource with what libraries need, which in turn needs nothing. */
  static String library(Platform platform) {
    return "library-" + platform.id() + ".o";
  }

  /** The resource that stands in for the library {@code stub} of {@code platform}. */
  private static String names(String stub, Platform platform) {
    return stub + "-" + platform.id() + ".so";
  }

  /** The resource that stands in for the C library of {@code platform}. */
  static String libraryNames(Platform platform) {
    return names(LIBC, platform);
  }

  /** The resource that stands in for the C library's mathematics. */
  static String mathNames(Platform platform) {
    return names(LIBM, platform);
  }

  private static List<String> compile(
      Platform platform, List<String> options, Path file, Path object) {
    List<String> command = new ArrayList<>(options);
    command.add("--target=" + platform.triple());
    command.addAll(List.of("-c", file.toString(), "-o", object.toString()));
    return command;
  }

  private static void link(
      PresetTool linker, Platform platform, String kind, List<String> inputs, Path output) {
    List<String> command =
        new ArrayList<>(List.of("-flavor", "gnu", "-m", platform.emulation(), kind));
    command.addAll(inputs);
    command.addAll(List.of("-o", output.toString()));
    linker.run(command);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().matches(".*\\.[chs]")).sorted().toList();
    }
  }

  private static String digest(List<Path> files) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String how = FREESTANDING + " " + List.of(Platform.values());
      digest.update(how.getBytes(StandardCharsets.UTF_8));
      for (Path file : files) {
        digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(file));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
