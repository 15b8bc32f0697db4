// SPDX-License-Identifier: Apache-2.0
package dlc.report.profile;

import dlc.runtime.file.Text;
import dlc.runtime.profile.KernelRow;
import dlc.runtime.profile.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** A profile as a page of HTML that needs no other file: flame graph, roofline plot and table. */
public final class ProfilePage {

  private ProfilePage() {}

  /** The text of the page. */
  public static String of(Profile profile) {
    return template()
        .replace("{{title}}", Svg.escaped(profile.model() + " · " + profile.entry()))
        .replace("{{summary}}", summary(profile))
        .replace("{{flame}}", Flame.of(profile))
        .replace("{{roofline}}", Roofline.of(profile))
        .replace("{{rows}}", rows(profile));
  }

  private static String template() {
    try (InputStream file =
        Objects.requireNonNull(ProfilePage.class.getResourceAsStream("profile.html"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static String summary(Profile profile) {
    return Svg.escaped(
        Text.of(
            "%s of %s: %.1f µs a step of %d samples, %,.0f samples/s · %s, %s · median of %,d"
                + " steps · the processor does %.0f GFLOP/s and"
                + " reads %.1f GB/s from memory, %.0f from its second cache",
            profile.entry(),
            profile.program(),
            profile.stepNanos() * 1e-3,
            profile.batch(),
            profile.samplesPerSecond(),
            profile.threads() == 1 ? "1 thread" : profile.threads() + " threads",
            profile.cpu(),
            profile.steps(),
            profile.peak().flops() * 1e-9,
            profile.peak().bytes() * 1e-9,
            profile.peak().cacheBytes() * 1e-9));
  }

  private static String rows(Profile profile) {
    List<KernelRow> sorted = profile.slowestFirst();
    double whole = sorted.stream().mapToDouble(KernelRow::nanos).sum();
    return sorted.stream().map(row -> row(row, profile, whole)).collect(Collectors.joining());
  }

  private static String row(KernelRow row, Profile profile, double whole) {
    Profile.Peak peak = profile.peak();
    String lines =
        row.places().stream()
            .map(
                part ->
                    "<span title=\"%s\">%s</span>"
                        .formatted(Svg.escaped(part.text()), Svg.escaped(part.place())))
            .collect(Collectors.joining("<br>"));
    return Text.of(
        "<tr><td>%s</td><td class=n>%,d</td><td class=n>%.2f</td><td class=n>%.1f %%</td><td class=n>%.1f</td>"
            + "<td class=n>%.0f %%</td><td class=n>%,d</td><td class=n>%.1f</td>"
            + "<td class=n>%s</td><td class=n>%s</td><td>%s</td><td>%s</td></tr>\n",
        Svg.escaped(row.name()),
        row.calls(),
        row.nanos() * 1e-3,
        100 * row.nanos() / whole,
        row.flopRate() * 1e-9,
        100 * row.flopRate() / peak.flops(),
        row.bytes(),
        row.byteRate() * 1e-9,
        row.shareOfMemory(peak),
        row.isParallel() ? "all" : "1",
        Svg.escaped(String.join(" + ", row.ops())),
        lines);
  }
}
