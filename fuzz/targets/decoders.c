/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Round trips of a program through bytes and text. What does not come back is a bug of fuzz/program.
 */
#include "targets/decoders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "netstack/laboratory.h"
#include "targets/harness.h"
#include "tool/tally.h"

static struct tally uncounted, *tally = &uncounted;

static void
take_tally(const char *path)
{
    tally = tally_open(path);
    if (tally == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(2);
    }
}

/* Of the harness' arguments, only the tally means something here; the others are passed by. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char option[] = "--tally=";
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        char *argument = (*argv)[i];
        if (strncmp(argument, option, strlen(option)) == 0) {
            take_tally(argument + strlen(option));
        }
        bool ours = strncmp(argument, "--", 2) == 0;
#ifdef HEDDLE_LIBFUZZER
        ours = false; /* it skips them itself, and passes them on */
#endif
        if (!ours) {
            (*argv)[kept++] = argument;
        }
    }
    *argc = kept;
    (*argv)[kept] = NULL;
    return 0;
}

void
decoders_count(void)
{
    tally->runs++;
}

const struct program_vocabulary *
decoders_vocabulary(void)
{
    return laboratory_target_find("lifecycle")->vocabulary;
}

void
decoders_require(bool holds, const char *property)
{
    if (!holds) {
        fprintf(stderr, "fuzz/program: %s\n", property);
        abort();
    }
}

static char *
print(const struct program *program, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    decoders_require(out != NULL, "there is memory for the text");
    program_print(program, decoders_vocabulary(), out);
    fclose(out);
    return text;
}

static void
through_text(const struct program *program)
{
    struct program again;
    struct program_error error;
    size_t size, size_again;
    char *text = print(program, &size);
    program_init(&again);
    decoders_require(program_parse(&again, text, size, decoders_vocabulary(), &error),
                     "what was printed parses");
    decoders_require(program_equal(program, &again), "what was printed parses to an equal program");
    char *text_again = print(&again, &size_again);
    decoders_require(size == size_again && memcmp(text, text_again, size) == 0,
                     "equal programs are equal text");
    free(text);
    free(text_again);
    program_fini(&again);
}

static void
through_bytes(const struct program *program)
{
    struct program again;
    size_t size = program_encode(program, NULL, 0);
    uint8_t *bytes = malloc(size);
    decoders_require(bytes != NULL, "there is memory for the bytes");
    decoders_require(program_encode(program, bytes, size) == size,
                     "a program needs as many bytes as it said");
    decoders_require(program_head_of(bytes, size) == PROGRAM_HEAD_KNOWN,
                     "encoded bytes have a head");
    program_init(&again);
    program_decode(&again, bytes, size, decoders_vocabulary());
    decoders_require(program_equal(program, &again),
                     "what was encoded decodes to an equal program");
    free(bytes);
    program_fini(&again);
}

void
decoders_round_trip(const struct program *program)
{
    decoders_require(program_is_valid(program, decoders_vocabulary()), "what was read is valid");
    through_bytes(program);
    through_text(program);
}
