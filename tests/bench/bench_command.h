/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Programs as cases of a benchmark: started, waited for, and charged by the processor time of all processes that came of them.
 * Time on the clock would be that of whoever else uses the machine.
 */
#ifndef TESTS_BENCH_COMMAND_H
#define TESTS_BENCH_COMMAND_H

struct bench_command {
    const char *const *arguments; /* up to a NULL; the first is found in PATH */
    const char *input;            /* a file; NULL: nothing */
    const char *output;           /* a file that is written anew, with both streams */
};

/*
 * Runs it on one processor, as AFL++ binds itself and its target, and waits for all processes that came of it.
 * Returns: their processor time, in ns. Ends the process (4), with its output told, if it cannot be run or fails.
 */
double bench_run_command(const struct bench_command *command);

/* The number behind `mark` where a line of the file begins with it; ends the process (4) if there is none. */
double bench_read_number(const char *path, const char *mark);

#endif
