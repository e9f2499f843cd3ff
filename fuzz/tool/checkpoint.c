/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checkpoints: a line with a hash of all that follows, a head of text lines, then what search_save writes.
 */
#include "tool/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "tool/output.h"

#define CHECKPOINT_VERSION 2
#define CHECKPOINT_MAX     ((size_t)64 << 20) /* of text */

/* Of what a search of it depends on: neither strategy nor deviations. */
static bool
hash_program(const struct program *program, uint64_t *hash)
{
    struct program bare;
    bool ok = false;
    uint8_t *bytes = malloc(HEDDLE_INPUT_MAX);
    program_init(&bare);
    if (bytes != NULL) {
        program_copy(&bare, program);
        bare.strategy = (struct program_strategy){0};
        bare.deviation_count = 0;
        *hash = XXH3_64bits(bytes, program_encode(&bare, bytes, HEDDLE_INPUT_MAX));
        ok = true;
    }
    program_fini(&bare);
    free(bytes);
    return ok;
}

static void
print(FILE *out, uint64_t program, const struct input *input, const struct search *search,
      const struct known_set *told)
{
    fprintf(out, "program %016" PRIx64 " target %s subject %s\nfailures %u\n", program,
            input->target->name, input->subject->name, (unsigned)told->count);
    for (uint32_t i = 0; i < told->count; i++) {
        fprintf(out, "%016" PRIx64 "\n", told->signatures[i].signature);
    }
    search_save(search, out);
}

/* A version, and the hash of the text: what is not as it was written would be believed wherever it makes sense. */
#define HEAD_SIZE (sizeof("heddle enumeration 2 0123456789abcdef\n") - 1)

static void
print_head(char head[], const char *text, size_t size)
{
    snprintf(head, HEAD_SIZE + 1, "heddle enumeration %d %016" PRIx64 "\n", CHECKPOINT_VERSION,
             (uint64_t)XXH3_64bits(text, size));
}

int
checkpoint_write(const char *path, const struct input *input, const struct search *search,
                 const struct known_set *told)
{
    uint64_t program;
    char *text = NULL, head[HEAD_SIZE + 1];
    size_t size = 0;
    if (!hash_program(&input->program, &program)) {
        return ENOMEM;
    }
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return errno;
    }
    fprintf(out, "%*s", (int)HEAD_SIZE, "");
    print(out, program, input, search, told);
    int error = fclose(out) == 0 ? 0 : errno;
    if (error == 0) {
        print_head(head, text + HEAD_SIZE, size - HEAD_SIZE);
        memcpy(text, head, HEAD_SIZE);
        error = output_write(path, text, size);
    }
    free(text);
    return error;
}

static bool
read_failures(FILE *in, struct known_set *told)
{
    unsigned count;
    if (fscanf(in, " failures %u", &count) != 1) {
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        uint64_t signature;
        if (fscanf(in, "%" SCNx64, &signature) != 1 || !known_add(told, signature, 0)) {
            return false;
        }
    }
    return true;
}

static enum tool_exit
refuse(const char *path, const char *why)
{
    command_complain("--checkpoint: %s: %s", path, why);
    return TOOL_USAGE;
}

static enum tool_exit
read_text(FILE *in, const char *path, const struct input *input, struct search *search,
          struct known_set *told)
{
    uint64_t program, hash;
    char target[PROGRAM_NAME_MAX], subject[PROGRAM_NAME_MAX], format[64];
    snprintf(format, sizeof(format), " program %%%s target %%%ds subject %%%ds", SCNx64,
             PROGRAM_NAME_MAX - 1, PROGRAM_NAME_MAX - 1);
    if (!hash_program(&input->program, &hash)) {
        return refuse(path, strerror(ENOMEM));
    }
    if (fscanf(in, format, &program, target, subject) != 3 || program != hash ||
        strcmp(target, input->target->name) != 0 || strcmp(subject, input->subject->name) != 0) {
        return refuse(path, "is of another program, or of another subject");
    }
    if (!read_failures(in, told) || !search_load(search, in)) {
        return refuse(path, "is of a search with other options (--preemptions, --plain)");
    }
    return TOOL_OK;
}

static enum tool_exit
read_all(const char *all, size_t size, const char *path, const struct input *input,
         struct search *search, struct known_set *told)
{
    int version;
    char head[HEAD_SIZE + 1];
    if (sscanf(all, "heddle enumeration %d", &version) != 1 || version != CHECKPOINT_VERSION) {
        return refuse(path, "is no checkpoint of this version; another name, or without the file, "
                            "begins anew");
    }
    if (size > HEAD_SIZE) {
        print_head(head, all + HEAD_SIZE, size - HEAD_SIZE);
    }
    if (size <= HEAD_SIZE || memcmp(head, all, HEAD_SIZE) != 0) {
        return refuse(path, "is damaged");
    }
    FILE *in = fmemopen((void *)(uintptr_t)(all + HEAD_SIZE), size - HEAD_SIZE, "r");
    if (in == NULL) {
        return refuse(path, strerror(errno));
    }
    enum tool_exit code = read_text(in, path, input, search, told);
    fclose(in);
    return code;
}

enum tool_exit
checkpoint_read(const char *path, const struct input *input, struct search *search,
                struct known_set *told)
{
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        return errno == ENOENT ? TOOL_OK : refuse(path, strerror(errno));
    }
    char *all = malloc(CHECKPOINT_MAX + 1);
    enum tool_exit code = TOOL_USAGE;
    if (all == NULL) {
        refuse(path, strerror(ENOMEM));
    } else {
        size_t size = fread(all, 1, CHECKPOINT_MAX, in);
        all[size] = '\0';
        code = ferror(in) ? refuse(path, strerror(errno))
                          : read_all(all, size, path, input, search, told);
    }
    free(all);
    fclose(in);
    return code;
}
