// SPDX-License-Identifier: Apache-2.0
#include "file.h"

const char *data_folder;

static const char FETCH_AGAIN[] =
    "the file is damaged or its download was cut off: fetch it again";

// ---- reading

char *join(const char *folder, const char *name) {
  if (same(folder, ".")) {
    return copy_of(name, (i64)strlen(name));
  }
  return text_of(ends_with(folder, "/") || !*folder ? "%s%s" : "%s/%s", folder, name);
}

int exists(const char *path) {
  return access(path, 0) == 0;
}

int is_folder(const char *path) {
  void *folder = opendir(path);
  if (folder) {
    closedir(folder);
  }
  return folder != NULL;
}

int is_file(const char *path) {
  return exists(path) && !is_folder(path);
}

static int by_name(const void *left, const void *right) {
  return strcmp(*(char *const *)left, *(char *const *)right);
}

char **names_in(const char *path, i64 *count) {
  char **names = NULL;
  *count = 0;
  void *folder = opendir(path);
  for (const u8 *entry; folder && (entry = readdir(folder));) {
    // inode and offset take 8 bytes each, length 2, type 1.
    const char *name = (const char *)entry + 19;
    names = grow(names, *count + 1, sizeof(char *));
    names[(*count)++] = copy_of(name, (i64)strlen(name));
  }
  if (folder) {
    closedir(folder);
  }
  qsort(names, (u64)*count, sizeof(char *), by_name);
  return names;
}

char *find_file(const char *folder, const char *name) {
  char *plain = join(folder, name);
  if (is_file(plain)) {
    return plain;
  }
  char *compressed = text_of("%s.gz", plain);
  free(plain);
  return is_file(compressed) ? compressed : NULL;
}

static void unreadable(const char *path) {
  if (ERRNO == ENOENT) {
    fail(DATA_NOT_FOUND, "check the path", "cannot find %s", path);
  }
  if (ERRNO == EACCES) {
    fail(CANNOT_READ, "give yourself the right to read it",
         "cannot read %s: permission is denied", path);
  }
  fail(CANNOT_READ, NULL, "cannot read %s: %s", path, strerror(ERRNO));
}

// Pipes and the like cannot be mapped: they are read to their end.
static File read_stream(const char *path, int file) {
  i64 room = 1 << 16;
  i64 length = 0;
  u8 *bytes = grow(NULL, room, 1);
  for (;;) {
    i64 count = read(file, bytes + length, (u64)(room - length));
    if (count < 0) {
      unreadable(path);
    }
    if (count == 0) {
      break;
    }
    length += count;
    if (length == room) {
      room *= 2;
      bytes = grow(bytes, room, 1);
    }
  }
  return (File){path, bytes, length, 0};
}

File map_file(const char *path) {
  if (is_folder(path)) {
    fail(DATA_MALFORMED, NULL, "%s: this is a folder, a file was expected", path);
  }
  int file = open(path, O_RDONLY);
  if (file < 0) {
    unreadable(path);
  }
  i64 length = lseek(file, 0, SEEK_END);
  void *bytes =
      length > 0 ? mmap(NULL, (u64)length, PROT_READ, MAP_PRIVATE, file, 0) : (void *)-1L;
  File result = {path, bytes, length, 0};
  if (bytes == (void *)-1L) {
    lseek(file, 0, SEEK_SET);
    result = read_stream(path, file);
  }
  close(file);
  return result;
}

File read_file(const char *path) {
  File file = map_file(path);
  if (file.length >= 2 && file.bytes[0] == 0x1F && file.bytes[1] == 0x8B) {
    const char *reason = NULL;
    i64 length = 0;
    const u8 *bytes = gunzip(file.bytes, file.length, &length, &reason);
    if (!bytes) {
      fail(DATA_MALFORMED, FETCH_AGAIN, "%s: %s", path, reason);
    }
    return (File){path, bytes, length, 1};
  }
  return file;
}

// ---- where data are

static char *in_folder(const char *folder, const char *path) {
  char *candidate = same(path, ".") ? copy_of(folder, (i64)strlen(folder)) : join(folder, path);
  if (exists(candidate)) {
    return candidate;
  }
  free(candidate);
  // The folder may also be given itself.
  i64 length = (i64)strlen(folder);
  while (length > 1 && folder[length - 1] == '/') {
    length--;
  }
  char *trimmed = copy_of(folder, length);
  int itself = same(trimmed, path) || ends_with(trimmed, text_of("/%s", path));
  return itself && exists(trimmed) ? trimmed : NULL;
}

char *resolve(const char *path) {
  if (path[0] == '/') {
    if (!exists(path)) {
      fail(DATA_NOT_FOUND, "check the path in the setting 'data'", "cannot find %s", path);
    }
    return copy_of(path, (i64)strlen(path));
  }
  const char *environment = getenv("DLC_DATA");
  const char *places[] = {data_folder, environment && *environment ? environment : NULL,
                          "."};
  Text searched = {0};
  for (int i = 0; i < 3; i++) {
    if (!places[i]) {
      continue;
    }
    char *found = in_folder(places[i], path);
    if (found) {
      return found;
    }
    text_add(&searched, searched.length ? " or %s" : "%s", places[i]);
  }
  fail(DATA_NOT_FOUND, "say with --data DIR in which folder it is, or set DLC_DATA",
       "cannot find %s in %s", path, searched.at);
}

// ---- writing

static char *folder_of(const char *path) {
  i64 end = (i64)strlen(path);
  while (end > 0 && path[end - 1] != '/') {
    end--;
  }
  return end == 0 ? copy_of(".", 1) : copy_of(path, end == 1 ? 1 : end - 1);
}

int keep_going;
const char *write_problem;

// Ends the process, or says in `write_problem` why nothing was written.
static void unwritable(const char *path, const char *temporary) {
  int number = ERRNO;
  if (temporary) {
    unlink(temporary);
  }
  if (keep_going) {
    write_problem = text_of("cannot write %s: %s", path, strerror(number));
    return;
  }
  if (number == ENOENT) {
    fail(CANNOT_WRITE, "make the folder first, or choose another place",
         "cannot write %s: there is no folder %s", path, folder_of(path));
  }
  if (number == EACCES || number == EROFS) {
    fail(CANNOT_WRITE, "choose a folder that you may write to",
         "cannot write %s: permission to write there is denied", path);
  }
  fail(CANNOT_WRITE, "choose another place, or make room on the disk", "cannot write %s: %s", path,
       strerror(number));
}

// Whether something is there that a renaming would put an end to: a device, a pipe. Kernels before 4.11
// do not tell.
static int is_no_file(const char *path) {
  u8 facts[256];
  if (syscall(SYS_STATX, AT_FDCWD, path, 0, STATX_TYPE, facts) != 0) {
    return 0;
  }
  u16 mode;
  memcpy(&mode, facts + STATX_MODE_AT, sizeof mode);
  return (mode & S_IFMT) != S_IFREG;
}

static char *beside(const char *target) {
  const char *name = target + strlen(target);
  while (name > target && name[-1] != '/') {
    name--;
  }
  return join(folder_of(target), text_of(".%s.%d.tmp", name, getpid()));
}

Replacement replace(const char *path) {
  if (is_folder(path) && !keep_going) {
    fail(CANNOT_WRITE, "give the name of a file", "cannot write %s: it is a folder", path);
  }
  Replacement result = {path, NULL, NULL, -1};
  // A link stays a link: what it points to is replaced.
  char *real = realpath(path, NULL);
  result.target = real ? real : copy_of(path, (i64)strlen(path));
  if (is_no_file(result.target) && !is_folder(result.target)) {
    result.file = open(result.target, O_WRONLY);
  } else {
    result.temporary = beside(result.target);
    result.file = open(result.temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  }
  if (result.file < 0) {
    unwritable(path, NULL);
  }
  return result;
}

void replace_add(Replacement *replacement, const void *bytes, i64 length) {
  i64 done = 0;
  while (done < length && !write_problem) {
    i64 count = write(replacement->file, (const u8 *)bytes + done, (u64)(length - done));
    if (count <= 0) {
      unwritable(replacement->path, replacement->temporary);
    }
    done += count;
  }
}

// A new name is on the disk only when its folder is.
static void flush_folder_of(const char *path) {
  char *folder = folder_of(path);
  int opened = open(folder, O_RDONLY, 0);
  if (opened >= 0) {
    fsync(opened);
    close(opened);
  }
  free(folder);
}

int replace_commit(Replacement *replacement) {
  if (!write_problem && replacement->temporary) {
    if (fsync(replacement->file) != 0 ||
        rename(replacement->temporary, replacement->target) != 0) {
      unwritable(replacement->path, replacement->temporary);
    } else {
      flush_folder_of(replacement->target);
    }
  }
  close(replacement->file);
  free(replacement->temporary);
  free(replacement->target);
  return !write_problem;
}

void require_writable(const char *path) {
  if (is_no_file(path) && !is_folder(path)) {
    return;
  }
  Replacement trial = replace(path);
  close(trial.file);
  unlink(trial.temporary);
}

void require_folder(const char *path) {
  for (i64 i = 1; path[i]; i++) {
    if (path[i] == '/') {
      mkdir(copy_of(path, i), 0777);
    }
  }
  if (!is_folder(path) && mkdir(path, 0777) != 0) {
    unwritable(path, NULL);
  }
}
