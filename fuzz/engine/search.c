/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The tree of choices: the path to the execution under way, what is done at each node of it, and what is
 * still to be done. What an execution says of where to come back to is dependence.c's.
 *
 *   1. A node is a choice between several. `wanted` are the alternatives that have to be taken, `done` those
 *      that were; at first only what the execution chose, or everything where nothing is reduced.
 *   2. The next execution takes the deepest node with one left within the bound, and what lay below is
 *      forgotten: all that it led to has been seen.
 *   3. Which waiter wakes, and which task of a queue starts, is data: every value is taken.
 *   4. A process may die at any instant here, and another goes on. So an alternative is done only when its execution has
 *      been learned from, and until then search_next gives it again: at worst something is executed twice.
 */
#include "engine/search.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "engine/dependence.h"
#include "engine/strategy.h"

#define SEARCH_VERSION 2

struct search {
    struct search_options options;
    struct search_figures figures;
    uint32_t count; /* nodes on the path */
    uint32_t deviation_count;
    struct search_node nodes[SEARCH_NODES_MAX];
    struct heddle_deviation deviations[SEARCH_NODES_MAX];
};

size_t
search_size(void)
{
    return sizeof(struct search);
}

struct search *
search_init(void *memory, const struct search_options *options)
{
    struct search *search = memory;
    memset(search, 0, offsetof(struct search, nodes));
    search->options = *options;
    return search;
}

/* --- nodes -------------------------------------------------------------------------------- */

static bool
is_free(const struct search_node *node)
{
    return node->kind == HEDDLE_CHOICE_SPURIOUS || node->kind == HEDDLE_CHOICE_TIMEOUT;
}

static uint32_t
preemptions_with(const struct search_node *node, uint32_t alternative)
{
    bool preempts =
        node->kind == HEDDLE_CHOICE_TASK && node->can_continue && alternative != node->task;
    return node->preemptions + preempts;
}

/* Of these alternatives, those within the bound. */
static struct taskset
within_bound(const struct search *search, const struct search_node *node, struct taskset set)
{
    uint32_t most = search->options.preemptions_max;
    struct taskset rest = {{0}};
    bool costs = node->kind == HEDDLE_CHOICE_TASK && node->can_continue;
    if (node->preemptions < most || (node->preemptions == most && !costs)) {
        return set;
    }
    if (node->preemptions == most && taskset_has(&set, node->task)) {
        taskset_add(&rest, node->task);
    }
    return rest;
}

/* Those that are wanted, within the bound, and not done. */
static struct taskset
left_to_take(const struct search *search, const struct search_node *node)
{
    struct taskset left = node->wanted;
    taskset_remove_all(&left, &node->done);
    return within_bound(search, node, left);
}

static void
init_node(const struct search *search, struct search_node *node, const struct heddle_choice *choice,
          uint64_t events_hash, uint32_t preemptions)
{
    *node =
        (struct search_node){.task = choice->task,
                             .kind = choice->kind,
                             .can_continue = choice->can_continue,
                             .k = choice->k,
                             .event = choice->event,
                             .events_hash = events_hash,
                             .chosen = choice->chosen,
                             .fixed = choice->fixed,
                             .preemptions = preemptions,
                             .alternatives = {{choice->alternatives[0], choice->alternatives[1]}}};
    taskset_add(&node->done, node->chosen);
    bool all = !is_free(node) && (search->options.plain || node->kind != HEDDLE_CHOICE_TASK);
    node->wanted = all ? node->alternatives : node->done;
}

/* What is left of a node that is left behind: counted. */
static void
count_left(struct search *search, const struct search_node *node)
{
    if (is_free(node)) {
        return;
    }
    struct taskset rest = node->alternatives;
    taskset_remove_all(&rest, &node->done);
    struct taskset pruned = within_bound(search, node, rest);
    search->figures.pruned += taskset_count(&pruned);
    search->figures.bounded += taskset_count(&rest) - taskset_count(&pruned);
}

/* --- the next execution --------------------------------------------------------------------- */

static void
make_deviations(struct search *search)
{
    search->deviation_count = 0;
    for (uint32_t i = 0; i < search->count; i++) {
        const struct search_node *node = &search->nodes[i];
        if (node->chosen != node->fixed) {
            search->deviations[search->deviation_count++] = (struct heddle_deviation){
                .task = node->task, .kind = node->kind, .k = node->k, .value = node->chosen};
        }
    }
    heddle_sort_deviations(search->deviations, search->deviation_count);
}

/* Goes back to the deepest node with something left. False: there is none. Called again, it changes nothing. */
static bool
step_back(struct search *search)
{
    while (search->count > 0) {
        struct search_node *node = &search->nodes[search->count - 1];
        struct taskset left = left_to_take(search, node);
        if (!taskset_is_empty(&left)) {
            node->chosen = taskset_first(&left);
            return true;
        }
        count_left(search, node);
        search->count--;
    }
    return false;
}

bool
search_next(struct search *search, const struct heddle_deviation **deviations, size_t *count)
{
    if (search->figures.complete || (search->figures.executions > 0 && !step_back(search))) {
        search->figures.complete = !search->figures.truncated;
        return false;
    }
    make_deviations(search);
    *deviations = search->deviations;
    *count = search->deviation_count;
    return true;
}

/* --- what came of it -------------------------------------------------------------------------- */

/* Is the choice the one that the path says? The log may end before, where the process died. */
static bool
is_same(const struct search_node *node, const struct heddle_choice *choice, uint64_t events_hash)
{
    return node->task == choice->task && node->kind == choice->kind && node->k == choice->k &&
           node->chosen == choice->chosen && node->event == choice->event &&
           node->events_hash == events_hash &&
           node->alternatives.bits[0] == choice->alternatives[0] &&
           node->alternatives.bits[1] == choice->alternatives[1];
}

/* What was learned, it keeps: in this order, whenever the process dies. */
static void
settle(struct search *search, uint32_t depth)
{
    atomic_signal_fence(memory_order_seq_cst);
    search->count = depth;
    atomic_signal_fence(memory_order_seq_cst);
    search->figures.executions++;
    for (uint32_t i = 0; i < depth; i++) {
        taskset_add(&search->nodes[i].done, search->nodes[i].chosen);
    }
}

/* Of the events to `end`, from that of those to `*begin`. */
static uint64_t
hash_on(const struct heddle_log *log, uint32_t *begin, uint32_t end, uint64_t hash)
{
    if (end > *begin && end <= log->event_count) {
        hash = hash * 1000003 + heddle_hash(&log->events[*begin], end - *begin);
        *begin = end;
    }
    return hash;
}

bool
search_learn(struct search *search, const struct heddle_log *log)
{
    uint32_t depth = 0, preemptions = 0, hashed = 0;
    uint64_t events_hash = 0;
    for (uint32_t i = 0; i < log->choice_count; i++) {
        const struct heddle_choice *choice = &log->choices[i];
        if (choice->kind >= HEDDLE_CHOICE_KIND_COUNT) {
            continue;
        }
        if (depth == SEARCH_NODES_MAX) {
            search->figures.truncated = true;
            break;
        }
        struct search_node *node = &search->nodes[depth];
        events_hash = hash_on(log, &hashed, choice->event, events_hash);
        if (depth >= search->count) {
            init_node(search, node, choice, events_hash, preemptions);
        } else if (!is_same(node, choice, events_hash)) {
            return false;
        }
        preemptions = preemptions_with(node, node->chosen);
        depth++;
    }
    if (depth < search->count) {
        return false;
    }
    search->figures.truncated |= log->result.cut_off;
    if (!search->options.plain) {
        dependence_add_wanted(log, search->nodes, depth);
    }
    settle(search, depth);
    return true;
}

/* Knuth's estimate (1975): what lies left of the path, each node's children taken as equal. */
static double
fraction_behind(const struct search *search)
{
    double weight = 1, behind = 0;
    for (uint32_t i = 0; i < search->count; i++) {
        const struct search_node *node = &search->nodes[i];
        struct taskset all = within_bound(search, node, node->wanted);
        struct taskset left = left_to_take(search, node);
        uint32_t count = taskset_count(&all);
        weight /= count > 0 ? count : 1;
        uint32_t done = count - taskset_count(&left);
        behind += done > 1 ? weight * (done - 1) : 0;
    }
    return search->figures.executions > 0 ? behind + weight : 0;
}

void
search_read_figures(const struct search *search, struct search_figures *figures)
{
    *figures = search->figures;
    figures->fraction = figures->complete ? 1 : fraction_behind(search);
}

/* --- between two processes --------------------------------------------------------------------- */

void
search_save(const struct search *search, FILE *out)
{
    fprintf(out,
            "heddle search %d\n%" PRIu32 " %d\n%" PRIu64 " %" PRIu64 " %" PRIu64 " %d %" PRIu32
            "\n",
            SEARCH_VERSION, search->options.preemptions_max, search->options.plain,
            search->figures.executions, search->figures.pruned, search->figures.bounded,
            search->figures.truncated, search->count);
    for (uint32_t i = 0; i < search->count; i++) {
        const struct search_node *node = &search->nodes[i];
        fprintf(out, "%u %u %d %" PRIu32 " %" PRIu32 " %" PRIx64 " %u %u %" PRIu32, node->task,
                node->kind, node->can_continue, node->k, node->event, node->events_hash,
                node->chosen, node->fixed, node->preemptions);
        const struct taskset *sets[] = {&node->alternatives, &node->wanted, &node->done};
        for (int set = 0; set < 3; set++) {
            fprintf(out, " %" PRIx64 " %" PRIx64, sets[set]->bits[0], sets[set]->bits[1]);
        }
        fputc('\n', out);
    }
    fputs("end\n", out);
}

static bool
load_node(struct search_node *node, FILE *in)
{
    int can_continue;
    if (fscanf(in, "%hu %hu %d %" SCNu32 " %" SCNu32 " %" SCNx64 " %hu %hu %" SCNu32, &node->task,
               &node->kind, &can_continue, &node->k, &node->event, &node->events_hash,
               &node->chosen, &node->fixed, &node->preemptions) != 9) {
        return false;
    }
    node->can_continue = can_continue != 0;
    struct taskset *sets[] = {&node->alternatives, &node->wanted, &node->done};
    for (int set = 0; set < 3; set++) {
        if (fscanf(in, "%" SCNx64 "%" SCNx64, &sets[set]->bits[0], &sets[set]->bits[1]) != 2) {
            return false;
        }
    }
    return node->chosen < HEDDLE_TASKS_MAX && node->task < HEDDLE_TASKS_MAX &&
           node->kind < HEDDLE_CHOICE_KIND_COUNT;
}

bool
search_load(struct search *search, FILE *in)
{
    int version, plain, truncated;
    uint32_t preemptions_max;
    char end[4] = "";
    struct search_figures *figures = &search->figures;
    if (fscanf(in,
               " heddle search %d %" SCNu32 " %d %" SCNu64 " %" SCNu64 " %" SCNu64 " %d %" SCNu32,
               &version, &preemptions_max, &plain, &figures->executions, &figures->pruned,
               &figures->bounded, &truncated, &search->count) != 8 ||
        version != SEARCH_VERSION || preemptions_max != search->options.preemptions_max ||
        (plain != 0) != search->options.plain || search->count > SEARCH_NODES_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < search->count; i++) {
        if (!load_node(&search->nodes[i], in)) {
            return false;
        }
    }
    if (fscanf(in, "%3s", end) != 1 || strcmp(end, "end") != 0) {
        return false;
    }
    figures->truncated = truncated != 0;
    return true;
}
