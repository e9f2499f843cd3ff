/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Figures and holders, for people and as JSON. What is printed was copied before: no lock is held
 * while writing.
 */
#include <inttypes.h>

#include "netstack_impl.h"

#define service netstack__service

void
netstack_read_figures(struct netstack_figures *figures)
{
    kernel_mutex_enter(&service.lock);
    *figures = (struct netstack_figures){
        .live = service.stages[NETSTACK__LIVE],
        .closing = service.stages[NETSTACK__CLOSING] + service.stages[NETSTACK__GONE],
        .lingering = service.stages[NETSTACK__CLOSING],
        .reaps_outstanding = netstack__reaps_outstanding(),
        .reaps_done = service.reaps_done,
        .reap_longest_ns = service.reap_longest_ns,
        .waits = service.waits,
    };
    kernel_mutex_exit(&service.lock);
}

/* Where a report goes. */
struct writer {
    FILE *out;
    bool as_json;
    uint64_t now_ns;
    bool first; /* of the elements of the array being written */
};

/* The name of a figure is its name in struct netstack_figures. */
#define FIGURES(X)                                                                                 \
    X(live)                                                                                        \
    X(closing)                                                                                     \
    X(lingering)                                                                                   \
    X(reaps_outstanding)                                                                           \
    X(reaps_done)                                                                                  \
    X(reap_longest_ns)                                                                             \
    X(waits)

static void
write_figures(struct writer *writer, const struct netstack_figures *figures)
{
    const char *format = writer->as_json ? "\"%s\":%" PRIu64 "," : "%-18s %" PRIu64 "\n";
#define WRITE(name) fprintf(writer->out, format, #name, figures->name);
    FIGURES(WRITE)
#undef WRITE
}

/* A string as JSON has it. */
static void
write_string(FILE *out, const char *string)
{
    fputc('"', out);
    for (const char *at = string; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte == '"' || byte == '\\') {
            fprintf(out, "\\%c", byte);
        } else if (byte < 0x20) {
            fprintf(out, "\\u%04x", byte);
        } else {
            fputc(byte, out);
        }
    }
    fputc('"', out);
}

static void
write_separator(struct writer *writer)
{
    if (!writer->first) {
        fputc(',', writer->out);
    }
    writer->first = false;
}

static void
write_holder_json(struct writer *writer, const struct netstack__holder *holder)
{
    write_separator(writer);
    fputs("{\"tag\":", writer->out);
    if (holder->tag != NULL) {
        write_string(writer->out, holder->tag);
    } else {
        fputs("null", writer->out);
    }
    fprintf(writer->out,
            ",\"thread\":%" PRIu64 ",\"held_ns\":%" PRIu64 ",\"count\":%" PRIu64 ",\"place\":",
            holder->thread, writer->now_ns - holder->since_ns, holder->count);
    write_string(writer->out, holder->site->function);
    fprintf(writer->out, ",\"line\":%d}", holder->site->line);
}

static void
write_holder_text(struct writer *writer, const struct netstack__holder *holder, const char *word)
{
    fprintf(writer->out, "    %s", word);
    if (holder->tag != NULL) {
        fprintf(writer->out, " '%s'", holder->tag);
    }
    fprintf(writer->out, " by thread %" PRIu64 " in %s (%s:%d), for %" PRIu64 " ns", holder->thread,
            holder->site->function, holder->site->file, holder->site->line,
            writer->now_ns - holder->since_ns);
    if (holder->count > 0) {
        fprintf(writer->out, ", %" PRIu64 " times", holder->count);
    }
    fputc('\n', writer->out);
}

static void
write_holder_list(struct writer *writer, const struct netstack__holder *holders, uint64_t count,
                  const char *name, const char *word)
{
    if (writer->as_json) {
        fprintf(writer->out, ",\"%s\":[", name);
        writer->first = true;
    }
    for (uint64_t i = 0; i < count && i < NETSTACK__HOLDERS_MAX; i++) {
        if (writer->as_json) {
            write_holder_json(writer, &holders[i]);
        } else {
            write_holder_text(writer, &holders[i], word);
        }
    }
    if (writer->as_json) {
        fputc(']', writer->out);
    }
}

static void
write_holders(struct writer *writer, const struct netstack__holders *holders)
{
    if (!holders->tracked) {
        return;
    }
    if (writer->as_json) {
        fprintf(writer->out, ",\"records\":%" PRIu64 ",\"lost\":%" PRIu64, holders->count,
                holders->lost);
    } else if (holders->lost > 0 || holders->count > NETSTACK__HOLDERS_MAX) {
        fprintf(writer->out, "    %" PRIu64 " records, %" PRIu64 " references without one\n",
                holders->count, holders->lost);
    }
    write_holder_list(writer, holders->newest, holders->count, "holders", "held");
    write_holder_list(writer, holders->strays, holders->stray_count, "strays",
                      "given back elsewhere,");
}

/* One lingering stack. Requires: pinned. */
static void
write_stack(struct writer *writer, struct netstack__stack *stack, uint64_t closed_ns)
{
    struct netstack__holders holders;
    netstack__track_read(stack, &holders);
    writer->now_ns = kernel_time_ns(); /* no earlier than what was read */
    uint64_t references = kernel_atomic_load(&stack->word) & NETSTACK__REFS;
    uint64_t lingering_ns = writer->now_ns - closed_ns;

    if (writer->as_json) {
        write_separator(writer);
        fprintf(writer->out,
                "{\"id\":%d,\"uid\":%" PRIu64 ",\"references\":%" PRIu64
                ",\"lingering_ns\":%" PRIu64,
                stack->shown.netstack_stackid, stack->uid, references, lingering_ns);
        write_holders(writer, &holders);
        fputc('}', writer->out);
        writer->first = false;
    } else {
        fprintf(writer->out,
                "stack %d, uid %" PRIu64 ": %" PRIu64 " references, lingering for %" PRIu64 " ns\n",
                stack->shown.netstack_stackid, stack->uid, references, lingering_ns);
        write_holders(writer, &holders);
    }
}

/* Is this stack lingering, and since when? */
static bool
is_lingering(struct netstack__stack *stack, uint64_t *closed_ns)
{
    kernel_mutex_enter(&stack->shown.netstack_lock);
    bool lingering = stack->stage == NETSTACK__CLOSING;
    *closed_ns = stack->closed_ns;
    kernel_mutex_exit(&stack->shown.netstack_lock);
    return lingering;
}

void
netstack_report(FILE *out, bool as_json)
{
    struct netstack_figures figures;
    netstack_read_figures(&figures);

    struct writer writer = {.out = out, .as_json = as_json, .first = true};
    if (as_json) {
        fputc('{', out);
    }
    write_figures(&writer, &figures);
    if (as_json) {
        fputs("\"stacks\":[", out);
    }
    struct netstack__cursor cursor;
    netstack__cursor_init(&cursor, UINT64_MAX, false);
    struct netstack__stack *stack;
    while ((stack = netstack__cursor_next(&cursor)) != NULL) {
        uint64_t closed_ns;
        if (is_lingering(stack, &closed_ns)) {
            write_stack(&writer, stack, closed_ns);
        }
    }
    netstack__cursor_fini(&cursor);
    if (as_json) {
        fputs("]}\n", out);
    }
}
