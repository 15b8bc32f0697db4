// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlc.frontend.elaborate.SettingNames;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.eclipse.lsp4j.CompletionItem;
import org.eclipse.lsp4j.CompletionParams;
import org.eclipse.lsp4j.DefinitionParams;
import org.eclipse.lsp4j.Diagnostic;
import org.eclipse.lsp4j.DiagnosticSeverity;
import org.eclipse.lsp4j.DocumentFormattingParams;
import org.eclipse.lsp4j.DocumentSymbolParams;
import org.eclipse.lsp4j.FormattingOptions;
import org.eclipse.lsp4j.Hover;
import org.eclipse.lsp4j.HoverParams;
import org.eclipse.lsp4j.Location;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.PrepareRenameParams;
import org.eclipse.lsp4j.RenameParams;
import org.eclipse.lsp4j.TextEdit;
import org.eclipse.lsp4j.services.TextDocumentService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DlServerTest {

  private static final String URI_OF_NET = "file:///tmp/net.dl";
  private static final String NET =
      """
      /// Channels of the first layer.
      param width: int = 16

      /// Twice the same.
      layer twice(size: int) {
        let before = it
        linear(size) relu
        it = it + (before -> side: linear(size))
      }

      model Net(image: f32[3, 32, 32]) -> f32[10] {
        conv1: conv2d(width, kernel=3, padding=1)
        relu
        flatten
        twice(12)
        fc: linear(10)
      }

      train Net {
        data      digits
        loss      cross_entropy
        optimizer sgd(lr=0.1)
      }
      """;

  private Client client;
  private TextDocumentService texts;

  @TempDir private Path folder;

  @BeforeEach
  void start() throws Exception {
    client = Client.start();
    texts = client.server().getTextDocumentService();
  }

  @AfterEach
  void stop() throws Exception {
    assertThat(client.logged()).isEmpty();
    client.close();
  }

  private void openNet() throws Exception {
    client.open(URI_OF_NET, NET);
    assertThat(client.problems(URI_OF_NET)).isEmpty();
  }

  private String hover(String uri, Position position) throws Exception {
    Hover hover = texts.hover(new HoverParams(Client.id(uri), position)).get();
    return hover == null ? "" : hover.getContents().getRight().getValue();
  }

  private List<String> complete(String text) throws Exception {
    int cursor = text.indexOf('|');
    String clean = text.replace("|", "");
    client.change(URI_OF_NET, clean);
    CompletionParams params = new CompletionParams(Client.id(URI_OF_NET), Client.at(clean, cursor));
    return texts.completion(params).get().getLeft().stream().map(CompletionItem::getLabel).toList();
  }

  private Location definition(String uri, Position position) throws Exception {
    List<? extends Location> found =
        texts.definition(new DefinitionParams(Client.id(uri), position)).get().getLeft();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  @Test
  void mistakesAreReportedWhileOneTypes() throws Exception {
    openNet();
    client.change(URI_OF_NET, NET.replace("flatten", "maxpool2d(40)"));
    Diagnostic problem = client.problems(URI_OF_NET).getFirst();
    assertThat(problem.getCode().getLeft()).isEqualTo("E0301");
    assertThat(problem.getMessage().getLeft())
        .contains("kernel 40 is larger than the 32×32 input", "input here is f32[16, 32, 32]")
        .contains("shape so far: image f32[3, 32, 32] → conv1 f32[16, 32, 32]", "help: ");
    assertThat(problem.getSeverity()).isEqualTo(DiagnosticSeverity.Error);
    assertThat(problem.getRange().getStart()).isEqualTo(Client.find(NET, "flatten", 0));
    assertThat(problem.getRange().getEnd().getCharacter()).isEqualTo(2 + "maxpool2d(40)".length());
    client.change(URI_OF_NET, NET);
    assertThat(client.problems(URI_OF_NET)).isEmpty();
  }

  @Test
  void hoverShowsTheShapeHereAndWhatALayerIs() throws Exception {
    openNet();
    assertThat(hover(URI_OF_NET, Client.find(NET, "conv2d", 0)))
        .contains("`f32[3, 32, 32]` → `f32[16, 32, 32]`, 448 weights", "A 2-d convolution")
        .contains("conv2d(out: int, kernel");
    assertThat(hover(URI_OF_NET, Client.find(NET, "fc", 0))).contains("`f32[12]` → `f32[10]`");
    assertThat(hover(URI_OF_NET, Client.find(NET, "twice", 1)))
        .contains("`f32[16384]` → `f32[12]`", "Twice the same.");
    assertThat(hover(URI_OF_NET, Client.find(NET, "width", 1)))
        .contains("`int = 16`", "Channels of the first layer.");
    assertThat(hover(URI_OF_NET, Client.find(NET, "before", 1))).contains("`f32[16384]`");
    assertThat(hover(URI_OF_NET, Client.find(NET, "optimizer", 0))).contains("How weights");
    assertThat(hover(URI_OF_NET, Client.find(NET, "sgd", 0))).contains("Stochastic gradient");
    assertThat(hover(URI_OF_NET, Client.find(NET, "kernel", 0))).contains("kernel");
  }

  @Test
  void shapesAreStillKnownWhileALineIsHalfWritten() throws Exception {
    openNet();
    String broken = NET.replace("  flatten\n", "  flatten\n  conv2d(\n");
    client.change(URI_OF_NET, broken);
    assertThat(client.problems(URI_OF_NET)).isNotEmpty();
    assertThat(hover(URI_OF_NET, Client.find(broken, "conv1", 0))).contains("`f32[16, 32, 32]`");
    assertThat(hover(URI_OF_NET, Client.find(broken, "fc", 0))).contains("`f32[10]`");
  }

  @Test
  void completesLayersSettingsAndArguments() throws Exception {
    openNet();
    assertThat(complete(NET.replace("  flatten\n", "  fl|\n")))
        .contains("flatten", "conv2d", "twice", "conv1", "let", "repeat")
        .doesNotContain("conv_nd", "cross_entropy", "epochs");
    assertThat(complete(NET.replace("  flatten\n", "  conv2d(8, |\n")))
        .startsWith("out=", "kernel=", "stride=")
        .contains("width", "it");
    assertThat(complete(NET.replace("  flatten\n", "  twice(|)\n"))).startsWith("size=");
    assertThat(complete(NET.replace("  flatten\n", "  it = it -> |\n"))).contains("relu", "conv1");
    assertThat(complete(NET.replace("sgd(lr=0.1)\n", "sgd(lr=0.1)\n  |\n")))
        .contains("epochs", "batch")
        .doesNotContain("relu");
    assertThat(complete(NET.replace("sgd(lr=0.1)", "|"))).contains("adam", "sgd", "lion");
    assertThat(complete(NET.replace("cross_entropy", "|"))).contains("mse", "cross_entropy");
    assertThat(complete(NET.replace("digits", "|"))).contains("csv", "digits", "image_folder");
    assertThat(complete(NET + "\n|")).contains("model", "layer").doesNotContain("relu");
    assertThat(complete(NET.replace("// ", "// |"))).isEmpty();
    assertThat(complete(NET.replace("let before = it", "let before = |")))
        .contains("it", "size", "exp", "softmax");
  }

  @Test
  void findsDefinitions() throws Exception {
    openNet();
    assertThat(definition(URI_OF_NET, Client.find(NET, "width", 1)).getRange().getStart())
        .isEqualTo(Client.find(NET, "width", 0));
    assertThat(definition(URI_OF_NET, Client.find(NET, "twice", 1)).getRange().getStart())
        .isEqualTo(Client.find(NET, "twice", 0));
    assertThat(definition(URI_OF_NET, Client.find(NET, "size", 2)).getRange().getStart())
        .isEqualTo(Client.find(NET, "size", 0));
    assertThat(definition(URI_OF_NET, Client.find(NET, "Net", 1)).getRange().getStart())
        .isEqualTo(Client.find(NET, "Net", 0));
    Location library = definition(URI_OF_NET, Client.find(NET, "conv2d", 0));
    Path file = Path.of(URI.create(library.getUri()));
    assertThat(Files.readAllLines(file).get(library.getRange().getStart().getLine()))
        .startsWith("layer conv2d(");
    Location argument = definition(URI_OF_NET, Client.find(NET, "kernel", 0));
    assertThat(argument.getUri()).isEqualTo(library.getUri());
  }

  @Test
  void knowsImportedFiles() throws Exception {
    Path blocks = Files.writeString(folder.resolve("blocks.dl"), "layer block { linear(4) }\n");
    String text = "import \"blocks.dl\"\nmodel M(x: f32[4]) { block }\n";
    String uri = folder.resolve("main.dl").toUri().toString();
    client.open(uri, text);
    assertThat(client.problems(uri)).isEmpty();
    assertThat(definition(uri, Client.find(text, "block ", 0)).getUri())
        .isEqualTo(blocks.toUri().toString());
    assertThat(definition(uri, Client.find(text, "blocks", 0)).getUri())
        .isEqualTo(blocks.toUri().toString());
    var edit =
        texts
            .rename(new RenameParams(Client.id(uri), Client.find(text, "block ", 0), "unit"))
            .get();
    assertThat(edit.getChanges()).containsOnlyKeys(uri, blocks.toUri().toString());

    String openBlocks = blocks.toUri().toString();
    client.open(openBlocks, "layer block { linear(none) }\n");
    client.change(uri, text + "\n");
    Diagnostic problem = client.problems(uri).getFirst();
    assertThat(problem.getRange().getStart()).isEqualTo(Client.find(text, "\"", 0));
    assertThat(problem.getMessage().getLeft()).startsWith("in " + blocks);
    assertThat(problem.getRelatedInformation()).isNotEmpty();
  }

  private String renamed(String text, Position position, String name) throws Exception {
    var edit = texts.rename(new RenameParams(Client.id(URI_OF_NET), position, name)).get();
    return applied(text, edit.getChanges().get(URI_OF_NET));
  }

  private static String applied(String text, List<? extends TextEdit> edits) {
    StringBuilder result = new StringBuilder(text);
    var source = new dlc.base.SourceFile("x", text);
    edits.stream()
        .sorted(
            (a, b) ->
                Positions.offset(source, b.getRange().getStart())
                    - Positions.offset(source, a.getRange().getStart()))
        .forEach(
            edit ->
                result.replace(
                    Positions.offset(source, edit.getRange().getStart()),
                    Positions.offset(source, edit.getRange().getEnd()),
                    edit.getNewText()));
    return result.toString();
  }

  @Test
  void renamesEverywhereAndNothingElse() throws Exception {
    openNet();
    assertThat(renamed(NET, Client.find(NET, "size", 1), "features"))
        .isEqualTo(NET.replace("size", "features"));
    assertThat(renamed(NET, Client.find(NET, "twice", 1), "double"))
        .isEqualTo(NET.replace("twice", "double"));
    assertThat(renamed(NET, Client.find(NET, "Net", 1), "Small"))
        .isEqualTo(NET.replace("Net", "Small"));
    assertThat(renamed(NET, Client.find(NET, "width", 0), "channels"))
        .isEqualTo(NET.replace("width", "channels"));
    assertThat(renamed(NET, Client.find(NET, "before", 0), "x"))
        .isEqualTo(NET.replace("before", "x"));
  }

  @Test
  void refusesToRenameTheLibraryAndToNamesThatAreNone() throws Exception {
    openNet();
    Position size = Client.find(NET, "size", 0);
    for (String name : List.of("a b", "if", "", "1st", "before")) {
      assertThatThrownBy(() -> renamed(NET, size, name)).hasMessageContaining("'" + name + "'");
    }
    Position conv = Client.find(NET, "conv2d", 0);
    assertThatThrownBy(() -> renamed(NET, conv, "convolve")).hasMessageContaining("library");
    assertThatThrownBy(
            () -> texts.prepareRename(new PrepareRenameParams(Client.id(URI_OF_NET), conv)).get())
        .hasMessageContaining("library");
  }

  @Test
  void laysOutAndLists() throws Exception {
    String ugly = NET.replace("\n  ", "\n       ").replace(": ", " :");
    client.open(URI_OF_NET, ugly);
    DocumentFormattingParams params =
        new DocumentFormattingParams(Client.id(URI_OF_NET), new FormattingOptions(8, false));
    assertThat(applied(ugly, texts.formatting(params).get())).isEqualTo(NET);
    var symbols = texts.documentSymbol(new DocumentSymbolParams(Client.id(URI_OF_NET))).get();
    assertThat(symbols.stream().map(each -> each.getRight().getName()))
        .containsExactly("width", "twice", "Net", "train");
    assertThat(symbols.get(2).getRight().getChildren().stream().map(each -> each.getName()))
        .containsExactly("image", "conv1", "fc");
  }

  @Test
  void countsColumnsAsEditorsDo() throws Exception {
    String text = "// 🎈 é\nmodel M(x: f32[4]) { /* 🎈 */ linaer(3) }\n";
    client.open(URI_OF_NET, text);
    Diagnostic problem = client.problems(URI_OF_NET).getFirst();
    assertThat(problem.getRange().getStart()).isEqualTo(Client.find(text, "linaer", 0));
    assertThat(problem.getMessage().getLeft()).contains("linear");
  }

  /** No text, however broken, brings the server down: afterwards it still answers. */
  @Test
  void anyTextIsBorne() throws Exception {
    Random random = new Random(7);
    client.open(URI_OF_NET, NET);
    for (int i = 0; i < 60; i++) {
      String text = broken(NET, random);
      client.change(URI_OF_NET, text);
      Position position = Client.at(text, random.nextInt(text.length() + 1));
      hover(URI_OF_NET, position);
      texts.completion(new CompletionParams(Client.id(URI_OF_NET), position)).get();
      texts.definition(new DefinitionParams(Client.id(URI_OF_NET), position)).get();
      texts.documentSymbol(new DocumentSymbolParams(Client.id(URI_OF_NET))).get();
      texts
          .formatting(
              new DocumentFormattingParams(Client.id(URI_OF_NET), new FormattingOptions(2, true)))
          .get();
    }
    String last = "model M(x: f32[4]) { linaer(3) }";
    client.change(URI_OF_NET, last);
    List<Diagnostic> problems = client.problems(URI_OF_NET);
    while (problems.stream().noneMatch(each -> each.getMessage().getLeft().contains("linaer"))) {
      problems = client.problems(URI_OF_NET);
    }
    assertThat(hover(URI_OF_NET, new Position(99, 99))).isEmpty();
    assertThat(hover("file:///tmp/never-opened.dl", new Position(0, 0))).isEmpty();
  }

  private static String broken(String text, Random random) {
    StringBuilder result = new StringBuilder(text);
    String letters = "{}()[]:=,.\"/*- \n\u0000🎈x1";
    for (int i = random.nextInt(6); i >= 0; i--) {
      int place = random.nextInt(result.length());
      switch (random.nextInt(4)) {
        case 0 -> result.setLength(place + 1);
        case 1 -> result.deleteCharAt(place);
        default -> result.insert(place, letters.charAt(random.nextInt(letters.length())));
      }
    }
    return result.toString();
  }

  @Test
  void aHugeFileIsReadInTime() throws Exception {
    StringBuilder text = new StringBuilder("model M(x: f32[4]) {\n");
    for (int i = 0; i < 5_000; i++) {
      text.append("  relu // ").append(i).append('\n');
    }
    text.append("  fc: linear(3)\n}\n");
    client.open(URI_OF_NET, text.toString());
    assertThat(client.problems(URI_OF_NET)).isEmpty();
    assertThat(hover(URI_OF_NET, Client.find(text.toString(), "fc", 0))).contains("`f32[3]`");
  }

  @Test
  void everySettingAndSourceIsExplained() {
    assertThat(Stream.concat(SettingNames.settings().stream(), SettingNames.sources().stream()))
        .allSatisfy(name -> assertThat(SettingDocs.of(name)).as(name).isPresent());
  }
}
