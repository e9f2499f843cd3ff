/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the files that read a log share: explain_read.c goes through it, explain_names.c names what is made,
 * explain_events.c says what each event was.
 */
#ifndef TOOL_EXPLAIN_READER_H
#define TOOL_EXPLAIN_READER_H

#include "tool/explain/explanation.h"

struct reader {
    struct explanation *to;
    const struct heddle_log *log;
    uint32_t event_count, choice; /* choice: the next one */
};

/* Does the event's `object` name one? Others name tasks, or nothing. */
bool reader_names_object(uint16_t kind);

/* If that event makes an object, it exists from here on and has a name. */
void reader_make_object(struct reader *reader, uint32_t moment);

/* What the moment's task did, in words; and what is known of it and of its objects from then on. */
void reader_tell_event(struct reader *reader, uint32_t moment);

/* What the room tells of that event. */
void reader_ask_room(const struct reader *reader, uint32_t moment,
                     struct laboratory_telling *telling);

/* The task's wait, if it was in one, is over with this moment. */
void reader_end_wait(struct reader *reader, uint32_t moment);

void explanation_say(struct explanation_moment *moment, enum explanation_sort sort,
                     const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
