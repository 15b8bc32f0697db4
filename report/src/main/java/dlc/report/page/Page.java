// SPDX-License-Identifier: Apache-2.0
package dlc.report.page;

import dlc.report.Run;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** A page of HTML about one run, or about several beside each other, that needs no other file. */
public final class Page {

  static final String OURS = "/dlc/report/";
  private static final String CHARTS = "/META-INF/resources/webjars/uplot/1.6.30/dist/";
  private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z.]+)}}");

  private final String html;

  private Page(String html) {
    this.html = html;
  }

  /** Shows {@code runs} as they are now. */
  public static Page of(List<Run> runs) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    runs.forEach(run -> all.add(run.json()));
    String title = runs.size() == 1 ? runs.getFirst().name() : runs.size() + " runs";
    return of(title, all);
  }

  /**
   * Shows what {@code runs} hold.
   *
   * @param runs an array of what {@link Run#json} gives; with {@code watched} set in one, the page
   *     asks its server for {@code runs.json} again and again
   */
  public static Page of(String title, ArrayNode runs) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("title", title);
    parts.put("charts.css", resource(CHARTS + "uPlot.min.css"));
    parts.put("charts.js", resource(CHARTS + "uPlot.iife.min.js"));
    parts.put("page.css", resource(OURS + "page.css"));
    parts.put("page.js", resource(OURS + "page.js"));
    parts.put("runs", runs.toString().replace("<", "\\u003c"));
    return new Page(filled("page.html", parts));
  }

  /** The page that the resource called {@code name} is, with its gaps filled. */
  static String filled(String name, Map<String, String> parts) {
    Map<String, String> all = new LinkedHashMap<>(parts);
    all.computeIfPresent("title", (_, title) -> title.replace("&", "&amp;").replace("<", "&lt;"));
    return PLACE
        .matcher(resource(OURS + name))
        .replaceAll(place -> Matcher.quoteReplacement(all.getOrDefault(place.group(1), "")));
  }

  public String html() {
    return html;
  }

  /** The page as the content of a file. */
  public byte[] bytes() {
    return html.getBytes(StandardCharsets.UTF_8);
  }

  static String resource(String name) {
    try (InputStream stream = Page.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
