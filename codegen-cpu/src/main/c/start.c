// SPDX-License-Identifier: Apache-2.0
// Where the process begins: hands over to the C library, which calls main.
#include "sys.h"

int main(int count, char **arguments);
int __libc_start_main(int (*main)(int, char **), int count, char **arguments, void (*init)(void),
                      void (*fini)(void), void (*loader_fini)(void), void *stack_end);

__attribute__((used, noreturn)) void dlc_start(i64 *stack, void (*loader_fini)(void)) {
  __libc_start_main(main, (int)*stack, (char **)(stack + 1), NULL, NULL, loader_fini, stack);
  __builtin_trap();
}

#if defined(__x86_64__)
__asm__(
    ".text\n.globl _start\n.hidden _start\n.type _start,@function\n_start:\n"
    "  xor %ebp, %ebp\n  mov %rsp, %rdi\n  mov %rdx, %rsi\n  and $-16, %rsp\n  call dlc_start\n");
#elif defined(__aarch64__)
__asm__(
    ".text\n.globl _start\n.hidden _start\n.type _start,%function\n_start:\n"
    "  mov x29, #0\n  mov x30, #0\n  mov x1, x0\n  mov x0, sp\n  and sp, x0, #-16\n  b dlc_start\n");
#elif defined(__riscv)
__asm__(
    ".text\n.globl _start\n.hidden _start\n.type _start,@function\n_start:\n"
    "  mv a1, a0\n  mv a0, sp\n  andi sp, sp, -16\n  tail dlc_start\n");
#endif
