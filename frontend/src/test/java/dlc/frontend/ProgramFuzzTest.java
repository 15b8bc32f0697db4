// SPDX-License-Identifier: Apache-2.0
package dlc.frontend;

import static java.nio.file.Files.readString;
import static java.nio.file.Files.walk;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dlc.base.CompilationFailed;
import dlc.base.SourceFile;
import dlc.base.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No program makes the checker crash or hang: it is right, or its errors are told. */
final class ProgramFuzzTest {

  private static final int PROGRAMS = Integer.getInteger("dlc.fuzz.programs", 2_000);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern WORD =
      Pattern.compile("\"[^\"]*\"|[A-Za-z_]\\w*|[\\d.]+|->|:=|\\s+|\\S");
  private static final List<String> HARD =
      List.of(
          "0",
          "-1",
          "1",
          "2",
          "7",
          "99999999999",
          "2147483647",
          "1e400",
          "0.5",
          "[",
          "]",
          "(",
          ")",
          "{",
          "}",
          "[]",
          "\"",
          "->",
          ":=",
          "it",
          "training",
          "true",
          "repeat",
          "scan",
          "\u0000",
          "é",
          "/*",
          "f32[",
          "import",
          "..",
          "%",
          "/ 0",
          "^",
          "@");

  @Test
  void changedProgramsAreFineOrAnError() throws IOException {
    List<String> programs = programs();
    for (int seed = 0; seed < PROGRAMS; seed++) {
      Random random = new Random(seed);
      String program = changed(programs, random);
      String place = "seed " + seed + ":\n" + program;
      assertTimeoutPreemptively(PATIENCE, () -> check(program, place), place);
    }
  }

  private static void check(String program, String place) {
    try {
      FrontEnd.check(
          new SourceFile("fuzz.dl", program),
          (_, name) -> {
            throw new IOException("no file " + name);
          },
          Map.of());
    } catch (CompilationFailed | UserError expected) {
      // The user is told what is wrong.
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError crash) {
      throw new AssertionError(place, crash);
    }
  }

  /** One to three words of a program are lost, doubled, or replaced by words of any program. */
  private static String changed(List<String> programs, Random random) {
    List<String> words = words(any(programs, random));
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes && !words.isEmpty(); i++) {
      int at = random.nextInt(words.size());
      switch (random.nextInt(5)) {
        case 0 -> words.remove(at);
        case 1 -> words.add(at, words.get(at));
        case 2 -> words.set(at, any(HARD, random));
        case 3 -> words.add(at, any(HARD, random));
        default -> words.set(at, any(words(any(programs, random)), random));
      }
    }
    return String.join("", words);
  }

  private static List<String> words(String program) {
    return new ArrayList<>(WORD.matcher(program).results().map(MatchResult::group).toList());
  }

  private static <T> T any(List<T> from, Random random) {
    return from.get(random.nextInt(from.size()));
  }

  private static List<String> programs() throws IOException {
    List<String> programs = new ArrayList<>();
    for (String folder : List.of("src/test/golden", "src/main/resources/dlc/std", "../samples")) {
      try (Stream<Path> files = walk(Path.of(folder))) {
        for (Path file : files.filter(each -> each.toString().endsWith(".dl")).sorted().toList()) {
          programs.add(readString(file));
        }
      }
    }
    return programs;
  }
}
