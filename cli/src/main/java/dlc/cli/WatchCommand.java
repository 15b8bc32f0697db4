// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.report.RunFolder;
import dlc.report.watch.WatchServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dlc watch}. */
@Command(
    name = "watch",
    description = "Shows a report in a browser of this machine, up to date while training goes on.",
    footer = {
      "",
      "Nothing outside this machine can see the page, and nothing can be changed through it.",
      "Ctrl-C ends it.",
      "",
      "Example:",
      "  dlc watch runs/digits-20260131-120000"
    })
final class WatchCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "DIR",
      description =
          "The folder of a run, or one of runs, of which the newest is shown (default: runs).")
  private Optional<Path> folder;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Where to listen, 0 for any that is free (default: ${DEFAULT-VALUE}).",
      defaultValue = "8321")
  private int port;

  @Override
  public Integer call() throws InterruptedException {
    try (WatchServer server = WatchServer.start(run(), port)) {
      output.out().println(server.address());
      output.out().flush();
      new CountDownLatch(1).await(); // until a signal ends the process
    }
    return 0;
  }

  private RunFolder run() {
    Path named = folder.or(Reporting::runs).orElse(Path.of("runs"));
    RunFolder itself = new RunFolder(named);
    return itself.holdsRun() || !Files.isDirectory(named)
        ? itself
        : RunFolder.newestIn(named).orElse(itself);
  }
}
