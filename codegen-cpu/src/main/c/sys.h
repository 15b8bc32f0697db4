// SPDX-License-Identifier: Apache-2.0
// What the runtime takes from the C library, declared here: no header of a system is needed to build
// it, and the same text serves glibc and musl. All targets are 64-bit Linux, little-endian.
#ifndef DLC_SYS_H
#define DLC_SYS_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef short i16;
typedef int i32;
typedef unsigned int u32;
typedef long i64;
typedef unsigned long u64;

#define NULL ((void *)0)

void *malloc(u64 bytes);
void *calloc(u64 count, u64 bytes);
void *realloc(void *memory, u64 bytes);
void free(void *memory);
void *aligned_alloc(u64 alignment, u64 bytes);
void *memcpy(void *target, const void *source, u64 bytes);
void *memmove(void *target, const void *source, u64 bytes);
void *memset(void *target, int value, u64 bytes);
int memcmp(const void *left, const void *right, u64 bytes);
u64 strlen(const char *text);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, u64 bytes);
char *strerror(int number);
double strtod(const char *text, char **end);
int snprintf(char *target, u64 room, const char *format, ...);
void qsort(void *first, u64 count, u64 bytes, int (*compare)(const void *, const void *));
void exit(int status) __attribute__((noreturn));
char *getenv(const char *name);
int *__errno_location(void);
#define ERRNO (*__errno_location())

int open(const char *path, int flags, ...);
int close(int file);
i64 read(int file, void *bytes, u64 count);
i64 write(int file, const void *bytes, u64 count);
i64 lseek(int file, i64 offset, int from);
int fsync(int file);
int unlink(const char *path);
int rename(const char *from, const char *to);
int mkdir(const char *path, u32 mode);
int access(const char *path, int mode);
char *realpath(const char *path, char *resolved);
int isatty(int file);
int getpid(void);
void *mmap(void *at, u64 bytes, int protection, int flags, int file, i64 offset);
void *opendir(const char *path);
int closedir(void *folder);
void *readdir(void *folder);
int clock_gettime(int clock, i64 *seconds_and_nanoseconds);
void (*signal(int number, void (*handler)(int)))(int);
int sched_getaffinity(int process, u64 bytes, void *mask);
i64 syscall(i64 number, ...);
// Not every C library has them: NULL where there are none.
void *dlopen(const char *path, int flags) __attribute__((weak));
void *dlsym(void *library, const char *name) __attribute__((weak));

#if defined(__x86_64__)
#define SYS_STATX 332
#else
#define SYS_STATX 291
#endif
#define AT_FDCWD (-100)
#define STATX_TYPE 1
#define STATX_MODE_AT 28
#define S_IFMT 0170000
#define S_IFREG 0100000

#define RTLD_NOW 2
#define O_RDONLY 0
#define O_WRONLY 1
#define O_CREAT 0100
#define O_EXCL 0200
#define O_TRUNC 01000
#define O_APPEND 02000
#define SEEK_SET 0
#define SEEK_END 2
#define PROT_READ 1
#define MAP_PRIVATE 2
#define CLOCK_MONOTONIC 1
#define SIGINT 2
#define SIGTERM 15
#define ENOENT 2
#define EACCES 13
#define EEXIST 17
#define EISDIR 21
#define EROFS 30
#define ENOSPC 28

#endif
