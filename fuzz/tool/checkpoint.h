/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Where an enumeration stands, as a file: which program on which subject, the failures told so far, and the
 * search. It is written whole or not at all, so an enumeration that is killed goes on from the last one.
 */
#ifndef TOOL_CHECKPOINT_H
#define TOOL_CHECKPOINT_H

#include "engine/search.h"
#include "tool/command.h"
#include "tool/input.h"
#include "tool/known.h"

/* Returns: 0, or errno. */
int checkpoint_write(const char *path, const struct input *input, const struct search *search,
                     const struct known_set *told);

/*
 * Into a search that was initialised with the same options, and an empty set; a file that is not there leaves both
 * as they are. Returns: TOOL_OK, or what is wrong with the file: has complained.
 */
enum tool_exit checkpoint_read(const char *path, const struct input *input, struct search *search,
                               struct known_set *told);

#endif
