/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sets of signatures of failures that need no second report. Forked workers share one with their
 * parent, who alone adds to it. Each has the number of the run that showed it first.
 */
#ifndef TOOL_KNOWN_H
#define TOOL_KNOWN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define KNOWN_MAX   4096
#define KNOWN_NEVER UINT64_MAX

struct known_signature {
    uint64_t signature;
    _Atomic uint64_t number;
    bool before; /* known before this run began */
};

struct known_set {
    _Atomic uint32_t count;
    struct known_signature signatures[KNOWN_MAX];
};

/* In memory that later forks share; NULL: errno. */
struct known_set *known_create(void);
void known_destroy(struct known_set *set);

/* Adds it, or lowers its number. False: the set is full. */
bool known_add(struct known_set *set, uint64_t signature, uint64_t number);

/* The lowest number that showed it; 0 if it was known before; KNOWN_NEVER. */
uint64_t known_number(const struct known_set *set, uint64_t signature);

/*
 * Adds what the .prog files of a directory are about: their names and "# signature:" lines.
 * Returns: 0, or errno; ENOSPC: more than KNOWN_MAX.
 */
int known_load(struct known_set *set, const char *directory);

#endif
