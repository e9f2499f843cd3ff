/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes Criterion work in ThreadSanitizer builds; linked into every suite there. Criterion maps its
 * arena at a fixed address that it draws with rand_r, 16 MiB apart, from 0x200000000000 on. Most
 * of those lie in the sanitizer's shadow, and the program crashes or gives up (Criterion's issue
 * 274). These lie between 0x550000000000 and 0x5a0000000000, which is the program's own (LLVM,
 * tsan_platform.h).
 */
#include <stdlib.h>

#define FIRST 0x350000u
#define COUNT 0x050000u

int
rand_r(unsigned int *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (int)(FIRST + (*seed >> 8) % COUNT);
}
