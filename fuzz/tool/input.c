/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading files, and saying exactly what is wrong with those that cannot be used.
 */
#include "tool/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/command.h"

#define INPUT_SIZE_MAX ((size_t)64 << 20)

struct content {
    char *bytes; /* with a NUL behind */
    size_t size;
};

static bool __attribute__((format(printf, 2, 3))) refuse(const char *path, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", path);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return false;
}

static bool
read_file(int file, const char *path, struct content *content)
{
    size_t capacity = 4096;
    struct stat status;
    if (fstat(file, &status) == 0) {
        if (S_ISDIR(status.st_mode)) {
            return refuse(path, "is a directory; a file is wanted");
        }
        if (status.st_size > 0 && status.st_size <= (off_t)INPUT_SIZE_MAX) {
            capacity = (size_t)status.st_size + 2;
        }
    }
    for (;;) {
        char *bytes = realloc(content->bytes, capacity);
        if (bytes == NULL) {
            return refuse(path, "%s", strerror(ENOMEM));
        }
        content->bytes = bytes;
        ssize_t got = read(file, bytes + content->size, capacity - content->size - 1);
        if (got < 0) {
            return refuse(path, "cannot be read: %s", strerror(errno));
        }
        content->size += (size_t)got;
        bytes[content->size] = '\0';
        if (got == 0) {
            return content->size > 0 || refuse(path, "is empty");
        }
        if (content->size > INPUT_SIZE_MAX) {
            return refuse(path, "is larger than %zu MB", INPUT_SIZE_MAX >> 20);
        }
        if (content->size + 1 == capacity) {
            capacity *= 2;
        }
    }
}

/* A .prog begins with the word "heddle", behind comments and blank lines; its name may say it too.
 */
static bool
looks_like_text(const char *path, const struct content *content)
{
    const char *suffix = strrchr(path, '.');
    if (suffix != NULL && strcmp(suffix, ".prog") == 0) {
        return true;
    }
    const char *at = content->bytes;
    at += strncmp(at, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* a byte order mark */
    for (;;) {
        at += strspn(at, " \t\r\n");
        if (*at != '#') {
            break;
        }
        at += strcspn(at, "\n");
    }
    return strncmp(at, "heddle", strlen("heddle")) == 0;
}

static bool
refuse_text(const char *path, const struct program_error *error)
{
    fprintf(stderr, "%s:%d:%d: %s\n", path, error->line, error->column, error->message);
    return false;
}

static bool
find_target_and_subject(struct input *input, const char *target, const char *subject)
{
    if (target[0] == '\0') {
        return refuse(input->path, "does not say its target: bytes without a head need --target");
    }
    input->target = laboratory_target_find(target);
    if (input->target == NULL) {
        refuse(input->path, "is for the target '%s':", target);
        return command_target(target) != NULL;
    }
    input->subject = laboratory_subject_find(subject[0] != '\0' ? subject : TOOL_DEFAULT_SUBJECT);
    if (input->subject == NULL) {
        refuse(input->path, "is for the subject '%s':", subject);
        return command_subject(subject) != NULL;
    }
    return true;
}

static bool
decode(struct input *input, const struct content *content, const char *target, const char *subject)
{
    char head_target[PROGRAM_NAME_MAX] = "", head_subject[PROGRAM_NAME_MAX] = "";
    struct program_error error = {0};
    const uint8_t *bytes = (const uint8_t *)content->bytes;
    enum program_head head = program_head_of(bytes, content->size);
    input->text = head == PROGRAM_HEAD_NONE && looks_like_text(input->path, content);

    if (head == PROGRAM_HEAD_NEWER) {
        return refuse(input->path, "was written by a newer heddle; this one reads version %d",
                      PROGRAM_FORMAT_VERSION);
    }
    if (input->text &&
        !program_parse_head(content->bytes, content->size, head_target, head_subject, &error)) {
        return refuse_text(input->path, &error);
    }
    if (head == PROGRAM_HEAD_KNOWN) {
        program_decode_head(bytes, content->size, head_target, head_subject);
    }
    if (!find_target_and_subject(input, target != NULL ? target : head_target,
                                 subject != NULL ? subject : head_subject)) {
        return false;
    }
    if (!input->text) {
        program_decode(&input->program, bytes, content->size, input->target->vocabulary);
        return true;
    }
    if (!program_parse(&input->program, content->bytes, content->size, input->target->vocabulary,
                       &error)) {
        return refuse_text(input->path, &error);
    }
    return true;
}

bool
input_read(struct input *input, const char *path, const char *target, const char *subject)
{
    struct content content = {0};
    *input = (struct input){.path = path};
    program_init(&input->program);

    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = file >= 0 || refuse(path, "cannot be opened: %s", strerror(errno));
    ok = ok && read_file(file, path, &content) && decode(input, &content, target, subject);

    if (file >= 0) {
        close(file);
    }
    free(content.bytes);
    if (!ok) {
        program_fini(&input->program);
    }
    return ok;
}

void
input_fini(struct input *input)
{
    program_fini(&input->program);
}

/*
 * What this build lacks to execute it, or NULL. A file for another build says nothing about the program, so it
 * must not be run and called well.
 */
static const char *
find_obstacle(const struct input *input)
{
    const char *sanitizers = heddle_build_sanitizers();
    const char *obstacle = laboratory_obstacle(input->target, input->subject);
    if (obstacle != NULL) {
        return obstacle;
    }
    switch (input->program.requires_build) {
    case PROGRAM_REQUIRES_ASAN:
        return strstr(sanitizers, "address") != NULL
                   ? NULL
                   : "fails under AddressSanitizer only: replay it with the build of preset asan";
    case PROGRAM_REQUIRES_TSAN:
        return strstr(sanitizers, "thread") != NULL
                   ? NULL
                   : "fails under ThreadSanitizer only: replay it with the build of preset tsan";
    default:
        return NULL;
    }
}

/* A schedule that counts loads and stores is one of the build that made them. If not, says so. */
static bool
is_of_this_build(const struct input *input)
{
    const struct program *program = &input->program;
    if (program->event_model != PROGRAM_EVENT_MODEL_MEMORY) {
        return true;
    }
    if (program->build[0] == '\0') {
        return refuse(input->path, "counts loads and stores, and does not say in which build");
    }
    if (!heddle_has_accesses()) {
        return refuse(
            input->path,
            "counts loads and stores, which this build cannot see: replay it with the one "
            "of preset access that has the build id %s",
            program->build);
    }
    if (strcmp(program->build, heddle_build_id()) != 0) {
        return refuse(input->path,
                      "counts the loads and stores of another build, %s; this one is %s: find it "
                      "again with the command that is in the file",
                      program->build, heddle_build_id());
    }
    return true;
}

/* Who writes a fault that nothing comes of should not have to find that out. Of a fuzzer's bytes that is usual. */
static void
warn_of_illegal_faults(const struct input *input)
{
    const struct program_vocabulary *vocabulary = input->target->vocabulary;
    for (uint32_t i = 0; input->text && i < input->program.fault_count; i++) {
        const struct program_fault *fault = &input->program.faults[i];
        if (laboratory_fault_is_legal(fault->point, fault->action)) {
            continue;
        }
        fprintf(stderr, "%s: never injected: ", input->path);
        program_print_fault(fault, vocabulary, stderr);
        fputs("; `heddle list faults` says what may happen where\n", stderr);
    }
}

enum tool_exit
input_read_usable(struct input *input, const char *path, const char *target, const char *subject)
{
    if (!input_read(input, path, target, subject)) {
        return TOOL_USAGE;
    }
    const char *obstacle = find_obstacle(input);
    if (obstacle != NULL) {
        refuse(path, "%s", obstacle);
        input_fini(input);
        return TOOL_ENVIRONMENT;
    }
    if (!is_of_this_build(input)) {
        input_fini(input);
        return TOOL_USAGE;
    }
    warn_of_illegal_faults(input);
    return TOOL_OK;
}
