// SPDX-License-Identifier: Apache-2.0
package dlc.base;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/** Why a file could not be read or written, in words for people who know no Java. */
public final class Reason {

  private Reason() {}

  /** What stands after the colon of "cannot write runs/1: …". */
  public static String of(IOException failure) {
    return switch (failure) {
      case NoSuchFileException missing -> "there is no " + missing.getFile();
      case AccessDeniedException denied -> "permission is denied for " + denied.getFile();
      case NotDirectoryException file -> file.getFile() + " is not a folder";
      case FileAlreadyExistsException other -> other.getFile() + " is there already";
      case CharacterCodingException _ -> "it is not UTF-8 text";
      case FileSystemException system when system.getReason() != null -> lower(system.getReason());
      default ->
          failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    };
  }

  /** The system's words, such as "Not a directory", in the middle of a sentence. */
  private static String lower(String words) {
    return words.substring(0, 1).toLowerCase(Locale.ROOT) + words.substring(1);
  }
}
