// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import dlc.driver.Memory;
import dlc.opencl.device.DeviceInfo;
import dlc.opencl.device.Measurement;
import dlc.opencl.device.OpenCl;
import dlc.runtime.file.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code dlc devices}. */
@Command(
    name = "devices",
    description = "Lists the OpenCL devices, by the names that --device takes.",
    footer = {
      "",
      "Where there is no OpenCL, the list is empty, and the CPU computes.",
      "",
      "Examples:",
      "  dlc devices --measure",
      "  dlc train samples/digits.dl --device opencl:0"
    })
final class DevicesCommand implements Callable<Integer> {

  private static final JsonMapper JSON = new JsonMapper();

  @Mixin private Output output;

  @Option(
      names = "--measure",
      description = "Measure f32 arithmetic and memory of each, in about a second.")
  private boolean measures;

  @Option(names = "--json", description = "Print a JSON array with an object for each device.")
  private boolean isJson;

  @Override
  public Integer call() {
    List<DeviceInfo> devices = OpenCl.devices();
    OpenCl.problem().ifPresent(problem -> output.note("note: " + problem));
    if (isJson) {
      output.out().println(JSON.writeValueAsString(devices.stream().map(this::json).toList()));
    } else if (!devices.isEmpty()) {
      output.out().print(table(devices));
    }
    output.out().flush();
    return 0;
  }

  private Optional<Measurement> measured(DeviceInfo device) {
    return measures ? Optional.of(Measurement.of(device.id())) : Optional.empty();
  }

  private Table table(List<DeviceInfo> devices) {
    Table table = new Table(2);
    for (DeviceInfo device : devices) {
      table.row(device.id(), device.name());
      table.row("  kind", device.kind().name().toLowerCase(Locale.ROOT));
      table.row("  platform", device.platform() + ", " + device.platformVersion());
      table.row("  driver", device.driver());
      table.row(
          "  processors", "%d at %d MHz".formatted(device.computeUnits(), device.megahertz()));
      table.row(
          "  memory",
          "%s, at most %s in a buffer"
              .formatted(Memory.text(device.memory()), Memory.text(device.largestBuffer())));
      table.row(
          "  groups",
          "of at most %d work-items, %s of local memory"
              .formatted(device.largestGroup(), Memory.text(device.localMemory())));
      table.row("  f64", device.has(DeviceInfo.DOUBLES) ? "yes" : "no");
      measured(device)
          .ifPresent(
              speed -> {
                table.row("  arithmetic", Text.of("%.1f GFLOP/s in f32", speed.gigaflops()));
                table.row("  copying", Text.of("%.1f GB/s", speed.gigabytes()));
              });
    }
    return table;
  }

  private Map<String, Object> json(DeviceInfo device) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", device.id());
    fields.put("name", device.name());
    fields.put("kind", device.kind().name().toLowerCase(Locale.ROOT));
    fields.put("platform", device.platform());
    fields.put("version", device.platformVersion());
    fields.put("driver", device.driver());
    fields.put("compute_units", device.computeUnits());
    fields.put("megahertz", device.megahertz());
    fields.put("memory_bytes", device.memory());
    fields.put("largest_buffer_bytes", device.largestBuffer());
    fields.put("local_memory_bytes", device.localMemory());
    fields.put("largest_group", device.largestGroup());
    fields.put("extensions", device.extensions());
    measured(device)
        .ifPresent(
            speed -> {
              fields.put("gflops", speed.gigaflops());
              fields.put("gb_per_s", speed.gigabytes());
            });
    return fields;
  }
}
