/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A fuzz target without a fuzzing engine: runs files, and what is in directories, one after the
 * other. A .prog is taken as the bytes that it stands for, where inputs are programs. -runs=N: each N times.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "targets/harness.h"
#include "tool/input.h"

static unsigned long inputs, runs = 1;
static int code;

static void
run_each(const uint8_t *bytes, size_t size)
{
    for (unsigned long i = 0; i < runs; i++) {
        LLVMFuzzerTestOneInput(bytes, size);
    }
    inputs++;
}

static void
run_bytes(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(HEDDLE_INPUT_MAX);
    if (file == NULL || bytes == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        code = 2;
    } else {
        run_each(bytes, fread(bytes, 1, HEDDLE_INPUT_MAX, file));
    }
    if (file != NULL) {
        fclose(file);
    }
    free(bytes);
}

static void
run_text(const char *path)
{
    struct input input;
    if (!input_read(&input, path, NULL, NULL)) {
        code = 2;
        return;
    }
    size_t size = program_encode(&input.program, NULL, 0);
    uint8_t *bytes = malloc(size);
    if (bytes != NULL) {
        program_encode(&input.program, bytes, size);
        run_each(bytes, size);
    }
    free(bytes);
    input_fini(&input);
}

static int
is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void
run_path(const char *path)
{
    struct stat status;
    struct dirent **entries;
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
        const char *suffix = strrchr(path, '.');
        bool is_program =
            suffix != NULL && strcmp(suffix, ".prog") == 0 && fuzz_target.target != NULL;
        (is_program ? run_text : run_bytes)(path);
        return;
    }
    int count = scandir(path, &entries, is_visible, alphasort);
    for (int i = 0; i < count; i++) {
        char inner[PATH_MAX];
        snprintf(inner, sizeof(inner), "%s/%s", path, entries[i]->d_name);
        run_path(inner);
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
}

int
main(int argc, char **argv)
{
    LLVMFuzzerInitialize(&argc, &argv);
    if (argc < 2) {
        fprintf(stderr, "Usage: %s [--known=DIR] [--findings=DIR] [--keep-going=1] FILE|DIR...\n",
                argv[0]);
        return 2;
    }
    int first = 1;
    if (strncmp(argv[1], "-runs=", strlen("-runs=")) == 0) {
        char *end;
        runs = strtoul(argv[1] + strlen("-runs="), &end, 10);
        if (argv[1][strlen("-runs=")] < '0' || argv[1][strlen("-runs=")] > '9' || *end != '\0') {
            fprintf(stderr, "%s: needs a number\n", argv[1]);
            return 2;
        }
        first = 2;
    }
    for (int i = first; i < argc; i++) {
        run_path(argv[i]);
    }
    printf("%lu inputs\n", inputs);
    return code;
}
