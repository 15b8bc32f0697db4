// SPDX-License-Identifier: Apache-2.0
package dlc.bench;

/** A line of a table of results; its components are also written as JSON. */
interface Row {

  /** The line in Markdown, with its end. */
  String markdown();
}
