// SPDX-License-Identifier: Apache-2.0
// The names that kernels take from the C library's mathematics: those of docs/math.md, and what LLVM
// makes of them.
.macro functions name, more:vararg
.globl \name
.globl \name\()f
.type \name, STT_FUNC
.type \name\()f, STT_FUNC
\name:
\name\()f:
.ifnb \more
functions \more
.endif
.endm

.text
functions cos, erf, exp, exp10, exp2, expm1, floor, ldexp, log, log10, log1p, log2, pow, sin, sincos
functions tanh
