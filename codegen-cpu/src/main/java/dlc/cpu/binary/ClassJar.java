// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import dlc.base.Code;
import dlc.base.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** A shared library and the Java class that calls it, in one jar. */
final class ClassJar {

  /** The first Java whose foreign functions are final. */
  private static final String RELEASE = "22";

  /** The same for all entries, so that the same input gives the same bytes. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  private ClassJar() {}

  /** The jar of a class without a package. */
  static Content of(Binary.JavaSource source) {
    Map<String, byte[]> entries = new TreeMap<>();
    entries.put(source.resource(), source.library().toArray());
    Link.inFolder(
        folder -> {
          compile(source, folder);
          try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
              entries.put(String.valueOf(file.getFileName()), Files.readAllBytes(file));
            }
          }
          return entries;
        });
    return Content.of(jar(entries));
  }

  private static void compile(Binary.JavaSource text, Path folder) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new UserError(Code.BAD_OPTION, "--emit=jar needs a Java compiler")
          .help("run dlc with a JDK instead of a JRE");
    }
    Path source = Files.writeString(folder.resolve(text.name() + ".java"), text.text());
    StringWriter output = new StringWriter();
    List<String> options = List.of("--release", RELEASE, "-proc:none", "-d", folder.toString());
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(output, files, null, options, null, files.getJavaFileObjects(source))
              .call();
      if (!compiled) {
        throw new IllegalStateException(output + text.text());
      }
    }
  }

  private static byte[] jar(Map<String, byte[]> entries) {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(bytes)) {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      manifest.write(text);
      add(jar, "META-INF/MANIFEST.MF", text.toByteArray());
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        add(jar, entry.getKey(), entry.getValue());
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return bytes.toByteArray();
  }

  private static void add(JarOutputStream jar, String name, byte[] content) throws IOException {
    JarEntry entry = new JarEntry(name);
    entry.setTimeLocal(TIME);
    jar.putNextEntry(entry);
    jar.write(content);
    jar.closeEntry();
  }
}
