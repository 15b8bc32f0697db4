// SPDX-License-Identifier: Apache-2.0
package dlc.report.page;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A page of HTML about a search for params, that needs no other file: a line for each trial through
 * an axis for each param, and a table.
 */
public final class SweepPage {

  private SweepPage() {}

  /**
   * The page, as the content of a file.
   *
   * @param params what was searched; whether their axes are logarithmic
   * @param trials a JSON object for each, the best first
   */
  public static byte[] html(
      String program,
      String metric,
      boolean isGreaterBetter,
      Map<String, Boolean> params,
      List<String> trials) {
    ObjectNode all = JsonMapper.shared().createObjectNode();
    all.put("program", program);
    all.put("metric", metric);
    all.put("greater", isGreaterBetter);
    ArrayNode axes = all.putArray("axes");
    params.forEach(
        (name, isLogarithmic) -> axes.addObject().put("name", name).put("log", isLogarithmic));
    ArrayNode rows = all.putArray("trials");
    trials.forEach(trial -> rows.add(JsonMapper.shared().readTree(trial)));
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("title", "sweep of " + program);
    parts.put("page.css", Page.resource(Page.OURS + "page.css"));
    parts.put("sweep.css", Page.resource(Page.OURS + "sweep.css"));
    parts.put("sweep.js", Page.resource(Page.OURS + "sweep.js"));
    parts.put("sweep", all.toString().replace("<", "\\u003c"));
    return Page.filled("sweep.html", parts).getBytes(StandardCharsets.UTF_8);
  }
}
