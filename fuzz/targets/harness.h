/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What all fuzz targets are made of. A target's own file says which property it checks and on what;
 * here an input is decoded, executed in this process, and judged: a failure that is known is
 * counted and passed over, a new one becomes a .prog and ends the process, as fuzzing engines
 * expect.
 *
 * Arguments, beside the engine's own: --known=DIR (failures that have a .prog there are known),
 * --findings=DIR (where new ones go; else beside libFuzzer's artifacts, else ./findings),
 * --keep-going=1 (a failure is known once it was reported: the process does not end), --print-hashes=1 (a line an input:
 * of its bytes, its verdict, and the hash of its events; whatever came before it, that is the same), --double=N (every Nth
 * input is executed twice: if that differs, a file unstable-… says so, and the process ends), --tally=FILE (what was done is
 * added there, tool/tally.h), --origin=WORDS (go into the head of each finding, with the number of the execution since the start:
 * who found it, with which seed), --with-parent=1 (the process ends when its parent does), and --without=LIST (of pairs, faults and
 * mutator: the fuzzing engine does not hear of such, mutates by itself; to measure what they are worth).
 */
#ifndef TARGETS_HARNESS_H
#define TARGETS_HARNESS_H

#include <stddef.h>
#include <stdint.h>

/* Every target defines this one: what inputs are of that do not say it themselves. */
struct fuzz_target {
    const char *target; /* NULL: inputs are no programs, and are taken as they are (decoders.h) */
    const char *subject;
};
extern const struct fuzz_target fuzz_target;

/* What fuzzing engines call. The first reads the arguments above and exits with 2 if they are
 * wrong. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
