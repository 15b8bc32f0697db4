// SPDX-License-Identifier: Apache-2.0
package dlc.report.profile;

import dlc.runtime.profile.KernelRow;
import dlc.runtime.profile.Profile;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The last steps of a profile in the trace event format, which {@code chrome://tracing} and
 * Perfetto read: a bar for each step, and below it one for each kernel. Times are in microseconds.
 */
public final class ChromeTrace {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ChromeTrace() {}

  /** The steps whose stamps {@code profile} holds. */
  public static ObjectNode of(Profile profile) {
    ObjectNode json = JSON.objectNode();
    json.put("displayTimeUnit", "ns");
    ArrayNode events = json.putArray("traceEvents");
    ObjectNode process = event(events, "process_name", "M", 0);
    process.putObject("args").put("name", profile.model());
    long origin = profile.stamps().isEmpty() ? 0 : profile.stamps().getFirst().getFirst();
    for (List<Long> step : profile.stamps()) {
      ObjectNode whole = event(events, profile.entry(), "X", step.getFirst() - origin);
      whole.put("cat", "step");
      whole.put("dur", micros(step.getLast() - step.getFirst()));
      for (int i = 0; i < profile.kernels().size(); i++) {
        KernelRow row = profile.kernels().get(i);
        ObjectNode kernel = event(events, row.name(), "X", step.get(i) - origin);
        kernel.put("cat", "kernel");
        kernel.put("dur", micros(step.get(i + 1) - step.get(i)));
        ObjectNode arguments = kernel.putObject("args");
        arguments.put("fused", String.join(" ", row.ops()));
        arguments.put(
            "lines", String.join(", ", row.places().stream().map(KernelRow.Part::place).toList()));
        arguments.put("flops", row.flops());
        arguments.put("bytes", row.bytes());
      }
    }
    return json;
  }

  private static ObjectNode event(ArrayNode events, String name, String phase, long nanos) {
    ObjectNode event = events.addObject();
    event.put("name", name);
    event.put("ph", phase);
    event.put("ts", micros(nanos));
    event.put("pid", 1);
    event.put("tid", 1);
    return event;
  }

  private static double micros(long nanos) {
    return nanos / 1e3;
  }
}
