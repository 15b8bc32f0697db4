// SPDX-License-Identifier: Apache-2.0
package dlc.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What a command line, run in this process, came to. */
record Shell(int code, String out, String err) {

  static Shell dlc(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    return new Shell(code, out.toString(), err.toString());
  }
}
