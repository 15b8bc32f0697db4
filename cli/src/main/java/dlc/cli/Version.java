// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of dlc, as its jar says. */
final class Version implements IVersionProvider {

  static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "0.1.0-SNAPSHOT" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"dlc " + text()};
  }
}
