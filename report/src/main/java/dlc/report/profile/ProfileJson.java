// SPDX-License-Identifier: Apache-2.0
package dlc.report.profile;

import dlc.runtime.profile.KernelRow;
import dlc.runtime.profile.Profile;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A profile as JSON, for other programs: each kernel once, with what all its calls of a step take
 * together. Times are in nanoseconds, rates by the second.
 */
public final class ProfileJson {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ProfileJson() {}

  /** The whole profile, but for the stamps of its steps. */
  public static ObjectNode of(Profile profile) {
    ObjectNode json = JSON.objectNode();
    json.put("model", profile.model());
    json.put("program", profile.program());
    json.put("entry", profile.entry());
    json.put("batch", profile.batch());
    json.put("threads", profile.threads());
    json.put("cpu", profile.cpu());
    json.put("steps", profile.steps());
    json.put("step_ns", profile.stepNanos());
    json.put("samples_per_second", profile.samplesPerSecond());
    ObjectNode peak = json.putObject("peak");
    peak.put("flops", profile.peak().flops());
    peak.put("bytes", profile.peak().bytes());
    peak.put("cache_bytes", profile.peak().cacheBytes());
    ArrayNode kernels = json.putArray("kernels");
    profile.byKernel().forEach(row -> kernels.add(of(row, profile.peak())));
    return json;
  }

  private static ObjectNode of(KernelRow row, Profile.Peak peak) {
    ObjectNode json = JSON.objectNode();
    json.put("name", row.name());
    json.put("calls", row.calls());
    json.put("ns", row.nanos());
    json.put("flops", row.flops());
    json.put("bytes", row.bytes());
    json.put("gflops", row.flopRate() * 1e-9);
    json.put("gbytes", row.byteRate() * 1e-9);
    json.put("share_of_flops", row.flopRate() / peak.flops());
    json.put("share_of_bytes", row.byteRate() / peak.bytes());
    json.put("in_cache", row.isInCache(peak));
    json.put("parallel", row.isParallel());
    ArrayNode fused = json.putArray("fused");
    for (KernelRow.Part part : row.parts()) {
      ObjectNode one = fused.addObject();
      one.put("op", part.op());
      if (!part.file().isEmpty()) {
        one.put("file", part.file());
        one.put("line", part.line());
      }
    }
    return json;
  }
}
