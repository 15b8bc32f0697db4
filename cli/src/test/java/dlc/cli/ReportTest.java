// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dlc.report.RunFolder;
import dlc.report.watch.WatchServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.SAXException;

/** What training leaves behind to look at, and the commands that show it. */
final class ReportTest {

  private static final String DIGITS =
      """
      model Digits(image: f32[1, 28, 28]) -> f32[10] { flatten hidden: linear(16) dropout(0.1) relu linear(10) }
      train Digits {
        data digits(count=600)
        split validation=0.1
        loss cross_entropy
        optimizer adam(lr=0.005)
        batch 32
        epochs 2
        seed 5
      }
      """;

  private static final List<String> BROWSERS =
      List.of("chromium", "chromium-browser", "google-chrome");

  @TempDir private static Path folder;
  private static Path program = Path.of("");
  private static Path run = Path.of("");

  @BeforeAll
  static void train() throws IOException {
    program = Files.writeString(folder.resolve("digits.dl"), DIGITS);
    run = folder.resolve("runs/first");
    Path weights = folder.resolve("reported.safetensors");
    Shell training = Shell.dlc("train", program, "--report", run, "--save", weights);
    assertThat(training.code()).as(training.err()).isZero();
    assertThat(training.err()).contains("report " + run.resolve("report.html"));
    Path plain = folder.resolve("plain.safetensors");
    assertThat(Shell.dlc("train", program, "--no-report", "--save", plain).code()).isZero();
    assertThat(weights).as("with and without a report").hasSameBinaryContentAs(plain);
  }

  @Test
  void thePageHoldsAllThatItNeeds() throws IOException {
    String page = Files.readString(run.resolve("report.html"));
    assertThat(page)
        .contains(
            "\"confusion\":{\"classes\":[\"0\",\"1\"", "\"wrong\":[{\"place\":\"digits, image ")
        .contains("\"seed\":\"5\"", "\"output\":\"f32[16]\"", "\"processor", "\"gradient_norm\":")
        .contains("\"what\":\"data and compilation\"", "\"what\":\"training and test\"")
        .contains("\"picture\":\"iVBOR")
        .doesNotContain("{{")
        .doesNotContainPattern("(src|href)=.?https?:");
    assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSize(3);
    assertThat(Files.readAllLines(run.resolve("steps.jsonl")))
        .hasSize(28)
        .allMatch(line -> line.contains("\"gradient_norm\":") && line.contains("\"lr\":0.005,"));
  }

  @Test
  void plotsAreReadable() throws Exception {
    for (String plot :
        List.of("loss", "accuracy", "learning-rate", "gradient-norm", "confusion-matrix")) {
      Path file = run.resolve("plots").resolve(plot + ".png");
      assertThat(ImageIO.read(file.toFile()).getWidth()).as(plot).isGreaterThan(500);
      assertThat(root(run.resolve("plots").resolve(plot + ".svg"))).isEqualTo("svg");
    }
  }

  private static String root(Path xml) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    try {
      return factory.newDocumentBuilder().parse(xml.toFile()).getDocumentElement().getTagName();
    } catch (SAXException failure) {
      throw new AssertionError(xml.toString(), failure);
    }
  }

  @Test
  void runsAreListedAndCompared() throws IOException {
    Path second = folder.resolve("runs/second");
    Shell training = Shell.dlc("train", program, "--report", second, "--epochs", 1, "--seed", 6);
    assertThat(training.code()).as(training.err()).isZero();
    Shell list = Shell.dlc("runs", "--in", folder.resolve("runs"));
    assertThat(list.code()).as(list.err()).isZero();
    assertThat(list.out().lines().toList())
        .hasSize(3)
        .first()
        .asString()
        .containsPattern("run +model +started +state +epochs +loss +accuracy +on +took");
    assertThat(list.out()).containsPattern("first +Digits .* finished +2 ").contains("second");
    Path page = folder.resolve("both.html");
    Shell compare = Shell.dlc("runs", "compare", run, second, "-o", page);
    assertThat(compare.code()).as(compare.err()).isZero();
    assertThat(compare.out()).isEqualTo(page + "\n");
    assertThat(Files.readString(page)).contains("\"name\":\"first\"", "\"name\":\"second\"");
    Shell missing = Shell.dlc("runs", "compare", run, folder.resolve("none"), "-o", page);
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).contains("it is not the folder of a run");
  }

  @Test
  void withoutAFolderARunGoesBesideTheOthers() throws IOException {
    Shell training = Shell.dlc("train", program, "--steps", 3);
    assertThat(training.code()).as(training.err()).isZero();
    String runs = String.valueOf(System.getenv("DLC_RUNS"));
    assertThat(training.err()).containsPattern("report \\Q" + runs + "\\E/digits-\\d{8}-\\d{6}");
  }

  @Test
  void theServerShowsARunToThisMachineAndChangesNothing() throws Exception {
    Path moving = Files.createDirectory(folder.resolve("moving"));
    Files.copy(run.resolve("run.json"), moving.resolve("run.json"));
    List<String> metrics = Files.readAllLines(run.resolve("metrics.jsonl"));
    Files.writeString(moving.resolve("metrics.jsonl"), metrics.get(0) + "\n{\"event\":\"ep");
    try (WatchServer server = WatchServer.start(new RunFolder(moving), 0);
        HttpClient client = HttpClient.newHttpClient()) {
      assertThat(server.address().getHost()).isEqualTo("127.0.0.1");
      assertThat(get(client, server.address().resolve("runs.json")).body())
          .contains("\"live\":true", "\"epoch\":1,")
          .doesNotContain("\"epoch\":2,");
      Files.write(moving.resolve("metrics.jsonl"), metrics);
      assertThat(get(client, server.address().resolve("runs.json")).body())
          .contains("\"live\":false", "\"epoch\":2,");
      assertThat(get(client, server.address()).body()).startsWith("<!doctype html>");
      assertThat(get(client, server.address().resolve("run.json")).statusCode()).isEqualTo(404);
      HttpRequest post =
          HttpRequest.newBuilder(server.address()).POST(BodyPublishers.ofString("x")).build();
      assertThat(client.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
    }
  }

  @Test
  void theCommandShowsARunOfAnotherProcessWhileItGoesOn() throws Exception {
    Path here = Files.createDirectory(folder.resolve("here"));
    Path there = Files.createDirectory(folder.resolve("there"));
    Path watched = folder.resolve("watched");
    Process training =
        Shell.start(there, Map.of(), "train", program, "--report", watched, "--epochs", 100_000);
    Process watching = null;
    try (HttpClient client = HttpClient.newHttpClient()) {
      await(training, watched.resolve("metrics.jsonl"), "\"epoch\":1,");
      watching = Shell.start(here, Map.of(), "watch", watched, "--port", 0);
      await(watching, here.resolve("out.txt"), "\n");
      URI address = URI.create(Files.readString(here.resolve("out.txt")).strip());
      String first = get(client, address.resolve("runs.json")).body();
      assertThat(first).contains("\"live\":true");
      int epochs = epochs(first);
      while (training.isAlive()
          && epochs(get(client, address.resolve("runs.json")).body()) <= epochs) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertThat(training.isAlive()).as(Shell.said(there)).isTrue();
    } finally {
      training.destroyForcibly().waitFor();
      if (watching != null) {
        watching.destroyForcibly().waitFor();
      }
    }
  }

  private static int epochs(String runs) {
    return runs.split("\"event\":\"epoch\"", -1).length - 1;
  }

  private static void await(Process process, Path file, String text) throws Exception {
    while (process.isAlive() && !(Files.exists(file) && Files.readString(file).contains(text))) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static HttpResponse<String> get(HttpClient client, URI address)
      throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
  }

  @Test
  void aBrowserDrawsThePageAndWhatIsWatched() throws Exception {
    Optional<String> browser = browser();
    assumeTrue(browser.isPresent(), "no Chromium here: apt-get install chromium");
    String page = dom(browser.get(), run.resolve("report.html").toUri());
    assertThat(page)
        .contains("<h1>Digits</h1>", "finished", "Most wrong", "Gradient norm", "hidden")
        .containsPattern("(?s)<canvas.*<canvas.*<canvas.*<canvas")
        .contains("test accuracy");
    try (WatchServer server = WatchServer.start(new RunFolder(run), 0)) {
      assertThat(dom(browser.get(), server.address())).contains("<h1>Digits</h1>", "<canvas");
    }
  }

  @Test
  void aPageThatIsOpenFollowsTheRun() throws Exception {
    Optional<String> browser = browser();
    assumeTrue(browser.isPresent(), "no Chromium here: apt-get install chromium");
    Path moving = Files.createDirectory(folder.resolve("followed"));
    Files.copy(run.resolve("run.json"), moving.resolve("run.json"));
    Path metrics = moving.resolve("metrics.jsonl");
    List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
    AtomicInteger looks = new AtomicInteger();
    HttpServer between = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    try (WatchServer server = WatchServer.start(new RunFolder(moving), 0);
        HttpClient client = HttpClient.newHttpClient()) {
      // After each look of the page another line is written; the second is asked for by itself.
      between.createContext(
          "/",
          exchange -> {
            if (exchange.getRequestURI().getPath().equals("/runs.json")) {
              int some = Math.min(looks.incrementAndGet(), lines.size());
              Files.write(metrics, lines.subList(0, some));
            }
            pass(client, server.address().resolve(exchange.getRequestURI()), exchange);
          });
      between.start();
      URI address = URI.create("http://127.0.0.1:" + between.getAddress().getPort() + "/");
      assertThat(dom(browser.get(), address)).contains("finished", "test accuracy");
      assertThat(looks.get()).isGreaterThanOrEqualTo(lines.size());
    } finally {
      between.stop(0);
    }
  }

  private static void pass(HttpClient client, URI address, HttpExchange exchange)
      throws IOException {
    try (exchange) {
      HttpResponse<String> answer = get(client, address);
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      answer
          .headers()
          .firstValue("content-type")
          .ifPresent(type -> exchange.getResponseHeaders().set("content-type", type));
      exchange.sendResponseHeaders(answer.statusCode(), body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException interruption) {
      throw new IOException(interruption);
    }
  }

  private static Optional<String> browser() {
    return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator, -1))
        .flatMap(place -> BROWSERS.stream().map(name -> Path.of(place, name)))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  /** The page as it is after its scripts have run. */
  private static String dom(String browser, URI address) throws Exception {
    Path profile = Files.createTempDirectory(folder, "profile");
    Path output = Files.createTempFile(folder, "page", ".html");
    Process process =
        new ProcessBuilder(
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--user-data-dir=" + profile,
                "--virtual-time-budget=5000",
                "--dump-dom",
                address.toString())
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(90, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the browser does not end");
    }
    return Files.readString(output);
  }
}
