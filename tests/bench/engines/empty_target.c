/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A fuzz target that does nothing: what AFL++ takes by itself for an execution.
 */
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    (void)bytes;
    (void)size;
    return 0;
}
