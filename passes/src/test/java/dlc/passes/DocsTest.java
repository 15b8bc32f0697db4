// SPDX-License-Identifier: Apache-2.0
package dlc.passes;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.ir.DType;
import dlc.ir.interp.OpExamples;
import dlc.ir.op.Attributes;
import dlc.ir.op.Elementwise;
import dlc.ir.op.Gradient;
import dlc.ir.op.Op;
import dlc.ir.scalar.Scalar;
import dlc.ir.scalar.ScalarPrinter;
import dlc.passes.schedule.MathAccuracy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps the tables of the documentation as the code is; {@code -Dbless} writes them. */
final class DocsTest {

  private static final Path DOCS = Path.of("..", "docs");
  private static final Path OPS = Path.of("..", "ir", "src", "main", "java", "dlc", "ir", "op");
  private static final Path PASSES = Path.of("src", "main", "java", "dlc", "passes");
  private static final String END = "<!-- end -->";
  private static final Pattern RECORD =
      Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:public )?record (\\w+)", Pattern.DOTALL);
  private static final Pattern TYPE =
      Pattern.compile(
          "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:public )?(?:final )?(?:class|record) (\\w+)",
          Pattern.DOTALL);
  private static final Pattern STAGE =
      Pattern.compile("implements (Pass|SimplifyRule)\\b|static [\\w<>.]+ (run|plan)\\(");

  @Test
  void theTableOfOps() throws IOException {
    Map<String, String> meanings = meanings();
    Map<String, String> forms = forms();
    StringBuilder table = new StringBuilder("| op | result |\n| --- | --- |\n");
    for (String mnemonic : Attributes.mnemonics()) {
      assertThat(meanings).as("the op has a Javadoc sentence").containsKey(mnemonic);
      table.append("| `%s` | %s |\n".formatted(forms.get(mnemonic), meanings.get(mnemonic)));
    }
    check("ir.md", "ops", table.toString());
  }

  @Test
  void theTableOfAccuracy() throws IOException {
    StringBuilder table = new StringBuilder("| function | f32 | f64 |\n| --- | --- | --- |\n");
    for (MathAccuracy promise : MathAccuracy.values()) {
      table.append(
          "| `%s` | %s | %s |\n"
              .formatted(
                  promise.name().toLowerCase(Locale.ROOT),
                  promise.ulps(DType.F32),
                  promise.ulps(DType.F64)));
    }
    check("math.md", "accuracy", table.toString());
  }

  /** How each op is written: mnemonic, operands and attributes. */
  private static Map<String, String> forms() {
    Stream<Op> ops =
        Stream.concat(
            OpExamples.all().stream().map(OpExamples.Example::op), Stream.of(new Gradient()));
    Map<String, String> forms = new LinkedHashMap<>();
    ops.forEach(op -> forms.put(op.mnemonic(), form(op)));
    return forms;
  }

  private static String form(Op op) {
    String operands =
        op.operandNames().stream().map(name -> "%" + name).collect(Collectors.joining(", "));
    String attributes =
        Pattern.compile("\\w+=")
            .matcher(Attributes.print(op))
            .results()
            .map(MatchResult::group)
            .collect(Collectors.joining(" "));
    String more = op.isVariadic() ? ", …" : "";
    return Stream.of(op.mnemonic(), operands + more, attributes)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(" "));
  }

  /** What each op computes: an elementwise op by its formula, others by their first sentence. */
  private static Map<String, String> meanings() throws IOException {
    Map<String, String> meanings = new LinkedHashMap<>();
    for (Elementwise op : Elementwise.values()) {
      List<Scalar> names =
          op.operandNames().stream()
              .<Scalar>map(name -> new Scalar.Local(name, DType.F32))
              .toList();
      String formula = ScalarPrinter.print(op.value().fill(names));
      meanings.put(op.mnemonic(), "`" + formula.replaceFirst("^\\((.*)\\)$", "$1") + "`");
    }
    for (Path file : javaFiles(OPS)) {
      Matcher matcher = RECORD.matcher(Files.readString(file));
      while (matcher.find()) {
        String mnemonic = dashed(matcher.group(2)).replace('-', '_');
        meanings.put(mnemonic, firstSentence(matcher.group(1)));
      }
    }
    return meanings;
  }

  @Test
  void theTablesOfPasses() throws IOException {
    StringBuilder tables = new StringBuilder();
    tables.append("## Graph to graph, in the order in which models go through them\n\n");
    List<Path> passes = new ArrayList<>();
    for (Pass pass : Pipelines.standard()) {
      String name = pass.getClass().getName().substring("dlc.passes.".length());
      passes.add(PASSES.resolve(name.replace('.', '/') + ".java"));
    }
    tables.append(table("pass", passes, DocsTest::dashed));
    Function<String, String> itself = name -> name;
    List<Path> rules = stages("simplify").stream().filter(file -> !passes.contains(file)).toList();
    tables.append("\n## The rules of `simplify`\n\n").append(table("rule", rules, itself));
    tables.append("\n## Graph to kernels\n\n").append(table("stage", stages("lower"), itself));
    tables
        .append("\n## Kernels for a target\n\n")
        .append(table("stage", stages("schedule"), itself));
    check("passes.md", "passes", tables.toString());
  }

  /** The files of a folder that hold a pass, a rule, or a stage that is run. */
  private static List<Path> stages(String folder) throws IOException {
    List<Path> stages = new ArrayList<>();
    for (Path file : javaFiles(PASSES.resolve(folder))) {
      if (STAGE.matcher(Files.readString(file)).find()) {
        stages.add(file);
      }
    }
    return stages;
  }

  private static String table(String kind, List<Path> files, Function<String, String> title)
      throws IOException {
    StringBuilder table = new StringBuilder("| %s | does |\n| --- | --- |\n".formatted(kind));
    for (Path file : files) {
      Matcher matcher = TYPE.matcher(Files.readString(file));
      assertThat(matcher.find()).as("%s has a Javadoc comment", file).isTrue();
      String link = "../passes/" + file.toString().replace('\\', '/');
      table.append(
          "| [`%s`](%s) | %s |\n"
              .formatted(title.apply(matcher.group(2)), link, firstSentence(matcher.group(1))));
    }
    return table.toString();
  }

  private static List<Path> javaFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  private static String dashed(String name) {
    return name.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  /** The first sentence of a Javadoc comment, as Markdown in a table. */
  private static String firstSentence(String comment) {
    String text =
        comment
            .lines()
            .map(line -> line.replaceFirst("^\\s*\\* ?", ""))
            .collect(Collectors.joining(" "));
    String sentence = text.split("<p>|<pre>|(?<=\\.)\\s|\\s+@param ", 2)[0].strip();
    return sentence
        .replaceAll("\\{@code ([^}]*)}", "`$1`")
        .replaceAll("\\{@link (?:[\\w.]*\\.)?(\\w+)}", "`$1`")
        .replaceAll("\\s+", " ")
        .replace("|", "\\|");
  }

  /** Compares the part of {@code file} between the marks with {@code text}, or writes it. */
  private static void check(String file, String mark, String text) throws IOException {
    Path path = DOCS.resolve(file);
    String before = Files.readString(path);
    int start = before.indexOf("-->", before.indexOf("<!-- " + mark + ":")) + "-->\n".length();
    String after =
        before.substring(0, start)
            + "\n"
            + text
            + "\n"
            + before.substring(before.indexOf(END, start));
    String bless = System.getProperty("bless", "false");
    if (bless.equals("true") || bless.isEmpty()) {
      Files.writeString(path, after);
      return;
    }
    assertThat(before).as("docs/%s; './dlc bless' brings it up to date", file).isEqualTo(after);
  }
}
