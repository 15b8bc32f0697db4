// SPDX-License-Identifier: Apache-2.0
// The names that programs take from the C library, and nothing behind them: programs are linked against
// this, so that they need no version of a library in particular.
.macro function name
.globl \name
.type \name, STT_FUNC
\name:
.endm

.text
function __errno_location
function __libc_start_main
function access
function aligned_alloc
function bcmp
function calloc
function clock_gettime
function close
function closedir
function dlopen
function dlsym
function exit
function free
function fsync
function getenv
function getpid
function isatty
function lseek
function malloc
function memcmp
function memcpy
function memmove
function memset
function mkdir
function mmap
function open
function opendir
function pthread_create
function pthread_join
function qsort
function read
function readdir
function realloc
function realpath
function rename
function sched_getaffinity
function sched_getcpu
function sched_setaffinity
function sched_yield
function signal
function snprintf
function strcmp
function strerror
function strlen
function strncmp
function strtod
function syscall
function unlink
function write
