// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import dlc.cpu.Emission;
import dlc.cpu.ModuleText;
import dlc.cpu.PoolText;
import dlc.cpu.binary.BinaryModel.Code;
import dlc.cpu.binary.BinaryModel.Version;
import dlc.ir.kernel.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A model as a program that needs nothing but the C library.
 *
 * <p>Each entry point for each processor and batch is a module of its own, so that they are
 * translated side by side; then the linker takes them together with the description of the model,
 * the thread pool and the runtime. What nobody refers to is left out.
 */
public final class Binary {

  /** One object file; the name says in messages and reports what it is. */
  record Part(String name, byte[] object) {}

  private Binary() {}

  /** The bytes of an executable for {@code platform}. */
  public static byte[] executable(BinaryModel model, Platform platform) {
    List<Part> parts = new ArrayList<>(kernels(model, platform));
    String triple = platform.triple();
    parts.add(new Part("model", object(ModelTables.write(model), platform)));
    parts.add(new Part("pool", object(PoolText.of(triple), platform)));
    parts.add(new Part("runtime", resource(RuntimeBuild.runtime(platform))));
    return link(parts, platform);
  }

  private static byte[] object(String text, Platform platform) {
    return Emission.object(text, platform.plain(), platform.triple());
  }

  /** The machine code of all versions, in their order. */
  private static List<Part> kernels(BinaryModel model, Platform platform) {
    record Job(Version version, Code code) {}
    List<Job> jobs =
        model.versions().stream()
            .flatMap(version -> version.code().stream().map(code -> new Job(version, code)))
            .toList();
    return jobs.parallelStream()
        .map(job -> kernels(job.version, job.code, platform.triple()))
        .toList();
  }

  private static Part kernels(Version version, Code code, String triple) {
    Target target = version.target();
    String prefix = ModelTables.prefix(version, code);
    String text = ModuleText.write(code.program(), target, prefix);
    return new Part(
        prefix + "." + code.entry().name(), Emission.object(text, target, triple));
  }

  private static byte[] link(List<Part> parts, Platform platform) {
    List<String> options =
        List.of(
            "-pie",
            "--dynamic-linker=" + platform.interpreter(),
            "--gc-sections",
            "--strip-all",
            "--build-id=none",
            "--hash-style=gnu",
            "-z",
            "relro",
            "-z",
            "now");
    return inFolder(
        folder -> {
          Path output = folder.resolve("program");
          Path library = folder.resolve("libc.so");
          Files.write(library, resource(RuntimeBuild.library(platform)));
          List<String> command =
              new ArrayList<>(List.of("-flavor", "gnu", "-m", platform.emulation()));
          command.addAll(options);
          for (Part part : parts) {
            Path object = folder.resolve(part.name + ".o");
            Files.write(object, part.object);
            command.add(object.toString());
          }
          command.addAll(List.of(library.toString(), "-o", output.toString()));
          PresetTool.linker().run(command);
          return Files.readAllBytes(output);
        });
  }

  @FunctionalInterface
  private interface Work {
    byte[] in(Path folder) throws IOException;
  }

  private static byte[] inFolder(Work work) {
    try {
      Path folder = Files.createTempDirectory("dlc-link");
      try {
        return work.in(folder);
      } finally {
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream file =
        Objects.requireNonNull(Binary.class.getResourceAsStream("native/" + name))) {
      return file.readAllBytes();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
