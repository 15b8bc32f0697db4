// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Does what the guide says, page by page, each in a new folder: writes the files that it shows,
 * runs the commands after {@code $}, and compares what they print. Numbers that depend on the
 * machine count as equal. With {@code -Dbless} the pages get what is printed now.
 */
final class GuideTest {

  private static final Path GUIDE = Path.of("..", "docs", "guide");
  private static final String FILE = "<!-- file: ";
  private static final String EMULATOR = "qemu-aarch64";

  /** What a program for another processor finds its C library in, by that emulator. */
  private static final Path ARM_LIBRARIES = Path.of("/usr/aarch64-linux-gnu");

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> pagesAreRight() throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    String java = Path.of(System.getProperty("java.home"), "bin").toString();
    Files.writeString(
        bin.resolve("dlc"),
        "#!/bin/sh\nexec '%s/java' --enable-native-access=ALL-UNNAMED -cp '%s' dlc.cli.Main \"$@\"\n"
            .formatted(java, System.getProperty("java.class.path")));
    Files.setPosixFilePermissions(bin.resolve("dlc"), PosixFilePermissions.fromString("rwxr-xr-x"));
    String path = bin + ":" + java + ":" + System.getenv("PATH");
    try (Stream<Path> pages = Files.list(GUIDE)) {
      List<Path> all = pages.filter(page -> page.toString().endsWith(".md")).sorted().toList();
      assertThat(all).hasSizeGreaterThan(6);
      return all.stream()
          .map(
              page ->
                  DynamicTest.dynamicTest(page.toString(), Ahead.begin(() -> check(page, path))))
          .toList()
          .stream();
    }
  }

  private void check(Path page, String path) throws Exception {
    Path here = Files.createDirectories(folder.resolve(page.getFileName().toString()));
    List<String> lines = Files.readAllLines(page);
    List<String> result = new ArrayList<>();
    for (int i = 0; i < lines.size(); ) {
      int end = i + 1;
      String line = lines.get(i);
      boolean isCommands = line.equals("```sh");
      boolean isFile = line.startsWith(FILE);
      result.add(line);
      if (isCommands || isFile) {
        int first = isFile ? i + 2 : i + 1;
        end = first + lines.subList(first, lines.size()).indexOf("```");
        List<String> content = lines.subList(first, end);
        if (isFile) {
          String name = line.substring(FILE.length(), line.indexOf(" -->"));
          Files.writeString(here.resolve(name), String.join("\n", content) + "\n");
          result.addAll(lines.subList(i + 1, end));
        } else {
          result.addAll(run(content, here, path));
        }
      }
      i = end;
    }
    if (!System.getProperty("bless", "false").equals("false")) {
      Files.write(page, result);
    }
    assertThat(masked(result)).isEqualTo(masked(lines));
  }

  /** The commands of a block, each with what it prints. */
  private static List<String> run(List<String> block, Path here, String path) throws Exception {
    List<String> result = new ArrayList<>();
    for (String line : block) {
      if (line.startsWith("$ ")) {
        String command = line.substring(2);
        String program = command.substring(0, command.indexOf(' '));
        boolean isThere = !program.equals(EMULATOR) || has(program, path);
        assumeTrue(isThere, "there is no " + program + ": what a page says of it is not tested");
        result.add(line);
        result.addAll(output(command, here, path));
      }
    }
    return result;
  }

  private static boolean has(String program, String path) {
    return Files.exists(ARM_LIBRARIES)
        && Stream.of(path.split(":")).anyMatch(each -> Files.exists(Path.of(each, program)));
  }

  private static List<String> output(String command, Path here, String path) throws Exception {
    Path log = Files.createTempFile("guide", ".log");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", command)
            .directory(here.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("PATH", path);
    Process process = builder.start();
    process.getOutputStream().close();
    assertThat(process.waitFor(300, TimeUnit.SECONDS)).as(command).isTrue();
    List<String> lines = Files.readAllLines(log);
    Files.delete(log);
    return lines.stream()
        .map(line -> line.replace(here + "/", ""))
        .map(String::stripTrailing)
        .toList();
  }

  /** Lines whose numbers are hidden where they depend on the machine; runs of blanks are one. */
  private static List<String> masked(List<String> lines) {
    return lines.stream()
        .map(line -> line.replaceAll("\\d{4}-?\\d\\d-?\\d\\d[-T_]?[\\d:-]*", "#"))
        .map(line -> line.replaceAll("[\\d,]+ (samples/s|threads?|ms|s|min|B|KB|MB)\\b", "# $1"))
        .map(line -> line.replaceAll("\\d[\\d,]*\\.\\d+(e-?\\d+)?( ?(%|KB|MB|kB|s))?", "#"))
        .map(line -> line.replaceAll(" +", " "))
        .toList();
  }
}
