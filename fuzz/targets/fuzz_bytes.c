/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Property: every byte string that is not of a newer version decodes to a valid program, which comes back from both
 * written forms as it was.
 */
#include "targets/decoders.h"
#include "targets/harness.h"

const struct fuzz_target fuzz_target = {.target = NULL};

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct program program;
    if (program_head_of(bytes, size) == PROGRAM_HEAD_NEWER) {
        return 0;
    }
    decoders_count();
    program_init(&program);
    program_decode(&program, bytes, size, decoders_vocabulary());
    decoders_round_trip(&program);
    program_fini(&program);
    return 0;
}
