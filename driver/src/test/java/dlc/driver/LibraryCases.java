// SPDX-License-Identifier: Apache-2.0
package dlc.driver;

import static java.util.stream.Collectors.joining;

import dlc.base.SourceFile;
import dlc.frontend.CheckedModel;
import dlc.frontend.FrontEnd;
import dlc.frontend.Imports;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The small models of {@code library.txt}, which use all of the standard library. */
final class LibraryCases {

  private static final Pattern CHOICE = Pattern.compile("\\{([^{}]*)}");
  private static final String TRAIN = "%ntrain M { data random optimizer sgd(lr=0.1) loss %s }";
  private static final String SIDE_BY_SIDE = "&";

  /**
   * One model: what it is about, such as {@code layer conv2d}, and its text.
   *
   * @param inputs as they are declared: {@code x: f32[3], i: i32[]}
   */
  record Case(String subject, List<String> inputs, String body, Optional<String> loss) {

    CheckedModel checked() {
      return check(subject, toString());
    }

    @Override
    public String toString() {
      return "model M(%s) { %s }%s"
          .formatted(String.join(", ", inputs), body, loss.map(TRAIN::formatted).orElse(""));
    }
  }

  private static CheckedModel check(String name, String text) {
    return FrontEnd.check(new SourceFile(name, text), Imports.none(), Map.of())
        .model(Optional.empty());
  }

  private LibraryCases() {}

  /** All cases, the same ones each time. */
  static List<Case> all() {
    Set<Case> cases = new LinkedHashSet<>();
    Random random = new Random(0);
    for (String line : lines()) {
      for (String each : chosen(line, random)) {
        String[] columns =
            Arrays.stream(each.split("\\|")).map(String::strip).toArray(String[]::new);
        cases.add(
            new Case(
                columns[0].replaceAll("\\s+", " "),
                List.of(columns[1].split(",\\s*(?=\\w+:)")),
                columns[2],
                columns.length > 3 ? Optional.of(columns[3]) : Optional.empty()));
      }
    }
    return List.copyOf(cases);
  }

  private static List<String> lines() {
    try (InputStream file =
        Objects.requireNonNull(LibraryCases.class.getResourceAsStream("library.txt"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * One model with an output for each of {@code cases}, none of which has a loss: a compiler takes
   * less time for one large text than for many small ones.
   */
  static CheckedModel together(List<Case> cases) {
    List<String> inputs = new ArrayList<>();
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < cases.size(); i++) {
      String prefix = "case_" + i;
      body.append("  ").append(prefix).append(": repeat 1 {");
      for (String input : cases.get(i).inputs()) {
        String name = input.substring(0, input.indexOf(':'));
        inputs.add(prefix + "_" + input);
        body.append(" let %s = %s_%s".formatted(name, prefix, name));
      }
      String first = cases.get(i).inputs().getFirst();
      body.append(" it = ").append(first, 0, first.indexOf(':')).append(' ');
      body.append(cases.get(i).body()).append(" }\n  let result_%d = it\n".formatted(i));
    }
    String results =
        IntStream.range(0, cases.size()).mapToObj(i -> "result_" + i).collect(joining(", "));
    return check(
        "together",
        "model M(%s) {\n%s  return %s\n}\n".formatted(String.join(", ", inputs), body, results));
  }

  /** The line with its choices made, so often that each alternative is taken. */
  private static List<String> chosen(String line, Random random) {
    List<List<String>> choices =
        CHOICE.matcher(line).results().map(LibraryCases::alternatives).toList();
    int rows = choices.stream().mapToInt(List::size).max().orElse(1);
    List<Integer> offsets =
        CHOICE
            .matcher(line)
            .results()
            .map(each -> each.group(1).startsWith(SIDE_BY_SIDE) ? 0 : random.nextInt(rows))
            .toList();
    List<String> all = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      StringBuilder text = new StringBuilder();
      Matcher matcher = CHOICE.matcher(line);
      for (int i = 0; matcher.find(); i++) {
        List<String> alternatives = choices.get(i);
        String taken = alternatives.get((row + offsets.get(i)) % alternatives.size());
        matcher.appendReplacement(text, Matcher.quoteReplacement(taken));
      }
      all.add(matcher.appendTail(text).toString());
    }
    return all;
  }

  private static List<String> alternatives(MatchResult choice) {
    String text = choice.group(1);
    String listed = text.startsWith(SIDE_BY_SIDE) ? text.substring(1) : text;
    return Arrays.stream(listed.split(";", -1)).map(String::strip).toList();
  }
}
