/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Property: any text is a program or an error with its line, column and words; a program comes back from both written
 * forms as it was.
 */
#include "targets/decoders.h"
#include "targets/harness.h"

const struct fuzz_target fuzz_target = {.target = NULL};

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct program program;
    struct program_error error = {0};
    const char *text = size > 0 ? (const char *)bytes : "";
    decoders_count();
    program_init(&program);
    if (program_parse(&program, text, size, decoders_vocabulary(), &error)) {
        decoders_round_trip(&program);
    } else {
        decoders_require(error.line > 0 && error.column > 0 && error.message[0] != '\0',
                         "an error says where and what");
    }
    program_fini(&program);
    return 0;
}
