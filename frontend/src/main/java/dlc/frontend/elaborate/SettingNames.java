// SPDX-License-Identifier: Apache-2.0
package dlc.frontend.elaborate;

import java.util.List;

/** What may stand in a train section, besides what the library declares. */
public final class SettingNames {

  private SettingNames() {}

  /** The settings: {@code data}, {@code loss} and so on. */
  public static List<String> settings() {
    return Settings.KNOWN;
  }

  /** The sources of {@code data}. */
  public static List<String> sources() {
    return TrainReader.SOURCES;
  }

  public static List<String> metrics() {
    return TrainReader.METRICS;
  }
}
