/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sets of signatures, and reading one from a directory of findings.
 */
#include "tool/known.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/worker.h"

#define SIGNATURE_DIGITS 16

struct known_set *
known_create(void)
{
    return worker_shared_create(sizeof(struct known_set));
}

void
known_destroy(struct known_set *set)
{
    worker_shared_destroy(set, sizeof(*set));
}

static struct known_signature *
find(const struct known_set *set, uint64_t signature)
{
    uint32_t count = atomic_load_explicit(&set->count, memory_order_acquire);
    for (uint32_t i = 0; i < count; i++) {
        if (set->signatures[i].signature == signature) {
            return (struct known_signature *)(uintptr_t)&set->signatures[i];
        }
    }
    return NULL;
}

bool
known_add(struct known_set *set, uint64_t signature, uint64_t number)
{
    struct known_signature *known = find(set, signature);
    if (known != NULL) {
        if (number < known->number) {
            known->number = number;
        }
        return true;
    }
    uint32_t count = set->count;
    if (count == KNOWN_MAX) {
        return false;
    }
    set->signatures[count].signature = signature;
    set->signatures[count].number = number;
    /* Workers read the set meanwhile: the entry must be whole before it counts. */
    atomic_store_explicit(&set->count, count + 1, memory_order_release);
    return true;
}

uint64_t
known_number(const struct known_set *set, uint64_t signature)
{
    const struct known_signature *known = find(set, signature);
    return known != NULL ? atomic_load(&known->number) : KNOWN_NEVER;
}

static bool
parse_signature(const char *text, uint64_t *signature)
{
    if (strspn(text, "0123456789abcdef") != SIGNATURE_DIGITS) {
        return false;
    }
    *signature = strtoull(text, NULL, 16);
    return true;
}

static int
add_known_before(struct known_set *set, uint64_t signature)
{
    if (!known_add(set, signature, 0)) {
        return ENOSPC;
    }
    find(set, signature)->before = true;
    return 0;
}

static int
load_comments(struct known_set *set, int directory, const char *name)
{
    char line[256];
    uint64_t signature;
    int file = openat(directory, name, O_RDONLY | O_CLOEXEC);
    FILE *stream = file >= 0 ? fdopen(file, "r") : NULL;
    if (stream == NULL) {
        return errno;
    }
    int error = 0;
    static const char mark[] = "# signature: ";
    while (error == 0 && fgets(line, sizeof(line), stream) != NULL) {
        if (strncmp(line, mark, strlen(mark)) == 0 &&
            parse_signature(line + strlen(mark), &signature)) {
            error = add_known_before(set, signature);
        }
    }
    fclose(stream);
    return error;
}

int
known_load(struct known_set *set, const char *directory)
{
    DIR *files = opendir(directory);
    if (files == NULL) {
        return errno;
    }
    int error = 0;
    struct dirent *entry;
    while (error == 0 && (entry = readdir(files)) != NULL) {
        uint64_t signature;
        const char *suffix = strrchr(entry->d_name, '.');
        if (suffix == NULL || strcmp(suffix, ".prog") != 0) {
            continue;
        }
        if (parse_signature(entry->d_name, &signature)) {
            error = add_known_before(set, signature);
        }
        if (error == 0) {
            error = load_comments(set, dirfd(files), entry->d_name);
        }
    }
    closedir(files);
    return error;
}
