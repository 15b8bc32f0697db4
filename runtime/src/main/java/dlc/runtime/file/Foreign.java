// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.file;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Recognises files of other kinds by how they begin, so that a complaint can name them. */
final class Foreign {

  private static final int EXCERPT = 60;

  private Foreign() {}

  /** Whether none of the kinds below is recognised. */
  static boolean looksBinary(byte[] start) {
    return describe(start).startsWith("it begins with the bytes");
  }

  /** What a file that begins so is. */
  static String describe(byte[] start) {
    if (start.length == 0) {
      return "it is empty";
    }
    String text = new String(start, StandardCharsets.ISO_8859_1);
    if (text.startsWith("PK\3\4")) {
      return "it is a zip archive, as .npz files and PyTorch's .pt files are";
    }
    if (text.startsWith("\u0093NUMPY")) {
      return "it is a .npy file";
    }
    if (text.startsWith("\u0089HDF")) {
      return "it is an HDF5 file";
    }
    if (text.startsWith("\u0080\2") || text.startsWith("\u0080\4")) {
      return "it is a Python pickle, as old PyTorch files are";
    }
    if (text.startsWith("\u0089PNG") || text.startsWith("\u00ff\u00d8\u00ff")) {
      return "it is an image";
    }
    if (text.startsWith("<")) {
      return "it is a web page or XML";
    }
    return text.chars()
            .allMatch(c -> (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\r' || c == '\t')
        ? "it is text that begins with " + excerpt(text)
        : "it begins with the bytes " + HexFormat.ofDelimiter(" ").formatHex(start);
  }

  /** A short quotation of {@code text} on one line. */
  static String excerpt(String text) {
    String line = text.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
    return line.length() <= EXCERPT ? "'" + line + "'" : "'" + line.substring(0, EXCERPT) + "…'";
  }
}
