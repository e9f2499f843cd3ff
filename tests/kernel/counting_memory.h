/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Memory that counts, and that fails where it is told to: for the tests of the services.
 */
#ifndef KERNEL_COUNTING_MEMORY_H
#define KERNEL_COUNTING_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lets the n-th allocation from now fail, if it may; 0: none. */
void test_memory_fail_nth(uint64_t n);
bool test_memory_has_failed(void); /* since then */

size_t test_memory_live(void); /* allocations not freed */

#endif
