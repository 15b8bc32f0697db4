// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

/** The bytes of a file that was made, or of a part of one. */
public final class Content {

  private final byte[] bytes;

  private Content(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Takes {@code bytes}, which nobody changes from now on. */
  public static Content of(byte[] bytes) {
    return new Content(bytes);
  }

  public int size() {
    return bytes.length;
  }

  public byte[] toArray() {
    return bytes.clone();
  }
}
