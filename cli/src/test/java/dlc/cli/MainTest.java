// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlc.base.Code;
import dlc.base.UserError;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Messages, help and exit codes. */
final class MainTest {

  private static final String COMMANDS =
      "train eval predict check compile opt interp parity gradcheck explain doc doctor test bless";

  @TempDir private Path folder;

  @Test
  void helpListsEveryCommand() {
    Shell shell = Shell.dlc("--help");
    assertThat(shell.code()).isZero();
    assertThat(shell.out()).contains(COMMANDS.split(" ")).contains("Exit codes");
  }

  @Test
  void everyCommandHasAnExample() {
    for (String command : COMMANDS.split(" ")) {
      Shell shell = Shell.dlc(command, "--help");
      assertThat(shell.code()).as(command).isZero();
      assertThat(shell.out()).as(command).contains("Example").contains("dlc " + command);
      assertThat(shell.out()).as(command).contains("--quiet", "--verbose", "--color");
    }
  }

  @Test
  void namesItsVersion() {
    assertThat(Shell.dlc("--version").out()).startsWith("dlc 0.");
  }

  @ParameterizedTest
  @CsvSource({
    "train --epoch 3 x.dl,did you mean '--epochs'?",
    "check --batsh=3 x.dl,did you mean '--batch'?",
    "trian x.dl,did you mean 'train'?",
    "eval x.dl,--weights",
    "train x.dl --threads many,not an int",
    "train x.dl --threads 0,--threads is 0",
    "train x.dl --batch 0,--batch is 0",
    "train x.dl --epochs 0,--epochs is 0",
    "train x.dl --steps -1,--steps is -1",
    "train x.dl --device abacus,no device 'abacus'",
    "train x.dl --cpu z80,no processor is called 'z80'",
    "compile x.dl,-o OUT",
    "compile x.dl --emit=obj,-o OUT",
    "compile x.dl --emit=poem,poem",
    "explain E9999,no code 'E9999'",
    "doc lineer,did you mean 'linear'?",
    "test,./dlc test"
  })
  void wrongUsageExitsWith2AndSaysWhatToDo(String line, String message) {
    Shell shell = Shell.dlc((Object[]) line.split(" "));
    assertThat(shell.code()).as(shell.err()).isEqualTo(2);
    assertThat(shell.err()).contains(message);
    assertThat(shell.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "train", "compile --emit=ir"})
  void aMissingFileExitsWith1(String command) {
    Shell shell = Shell.dlc((Object[]) (command + " nowhere.dl").split(" "));
    assertThat(shell.code()).isEqualTo(1);
    assertThat(shell.err()).contains("error[E0604]: cannot read nowhere.dl").contains("= help:");
  }

  @Test
  void allErrorsOfAProgramAreLocated() throws IOException {
    Path file = program("model M(x: f32[4]) -> f32[2] {\n  linaer(2)\n  conv2d(3, 1)\n}\n");
    Shell shell = Shell.dlc("check", file);
    assertThat(shell.code()).isEqualTo(1);
    assertThat(shell.err()).contains("error[E0103]", "bad.dl:2:3", "^", "did you mean 'linear'?");
  }

  @Test
  void colorsAreForThoseWhoAsk() throws IOException {
    Path file = program("model M(x: f32[4]) { linaer(2) }");
    assertThat(Shell.dlc("check", file, "--color=always").err()).contains("\u001b[1;31m");
    assertThat(Shell.dlc("check", file, "--color=never").err()).doesNotContain("\u001b");
  }

  @Test
  void explainsEachCode() {
    assertThat(Shell.dlc("explain", "e0301").out()).startsWith("E0301\n\n");
    assertThat(Shell.dlc("explain").out()).contains("E0001  ", "E0606  ");
  }

  @Test
  void aBugExitsWith70AndShowsTracesToThoseWhoAsk() {
    assertThat(run(new Broken())).isEqualTo(70);
    assertThat(lastError).contains("dlc has a bug", "please report").doesNotContain("\tat ");
  }

  @Test
  void usersErrorsShowNoTrace() {
    assertThat(run(new Complaining())).isEqualTo(1);
    assertThat(lastError).isEqualTo("error[E0606]: the loss is NaN\n  = help: lower it\n");
  }

  @Command(name = "broken")
  private static final class Broken implements Callable<Integer> {
    @Override
    public Integer call() {
      throw new IllegalStateException("a broken invariant");
    }
  }

  @Command(name = "complaining")
  private static final class Complaining implements Callable<Integer> {
    @Override
    public Integer call() {
      throw new UserError(Code.NOT_FINITE, "the loss is NaN").help("lower it");
    }
  }

  private String lastError = "";

  private int run(Object command) {
    StringWriter err = new StringWriter();
    Failures failures = new Failures(new Colors(false));
    CommandLine line = new CommandLine(command);
    line.setErr(new PrintWriter(err, true));
    line.setExecutionExceptionHandler(failures);
    int code = failures.guard(line);
    lastError = err.toString();
    return code;
  }

  private Path program(String text) throws IOException {
    return Files.writeString(folder.resolve("bad.dl"), text);
  }
}
