/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an execution did, for people: its events, a line each, with the names of this room.
 */
#include "netstack/adapter.h"

#include <string.h>

const char *const module_names[MODULES] = {
    "dls",  "iptun", "str",   "hook",    "neti",    "arp",     "ip",       "icmp",  "udp", "tcp",
    "sctp", "rts",   "ipsec", "keysock", "spdsock", "ipsecah", "ipsecesp", "ipnet", "ilb"};
const char *const phase_names[PHASE_COUNT] = {"create", "shutdown", "destroy"};

const char *const stage_names[STAGE_COUNT] = {"started", "threads done", "at rest", "stopped"};
static const char *const event_names[EVENT_COUNT] = {"operation",     "return", "callback begins",
                                                     "callback ends", "fault",  "yield",
                                                     "stage",         "reached"};

const char *const probe_names[KERNEL_PROBE_COUNT] = {
#define PROBE_NAME(name, first, second) [KERNEL_PROBE_##name] = #name,
    KERNEL_PROBES(PROBE_NAME)
#undef PROBE_NAME
};

static void
print_callback(const struct heddle_event *event, FILE *out)
{
    uint32_t phase = event->result >> 9, which = event->result & 0xff;
    bool of_key = (event->result >> 8 & 1) != 0;
    fprintf(out, " %s of ", phase < PHASE_COUNT ? phase_names[phase] : "?");
    if (of_key) {
        fprintf(out, "key %u", which);
    } else {
        fprintf(out, "%s on stack %u", which < MODULES ? module_names[which] : "?", event->object);
    }
}

static void
print_result(const struct heddle_event *event, FILE *out)
{
    if (event->result == OPERATION_SKIPPED) {
        fputs(" skipped", out);
    } else if (event->result == 0) {
        fputs(" 0", out);
    } else {
        fprintf(out, " %s", strerrorname_np((int)event->result));
    }
    if (event->object != 0) {
        fprintf(out, " stack %u", event->object);
    }
}

static void
print_own(const struct heddle_event *event, const struct program_vocabulary *vocabulary, FILE *out)
{
    uint32_t kind = (uint32_t)event->kind - HEDDLE_EVENT_SUBJECT;
    fputs(kind < EVENT_COUNT ? event_names[kind] : "?", out);
    switch (kind) {
    case EVENT_OPERATION:
        if (event->result < vocabulary->verb_count) {
            fprintf(out, " %s", vocabulary->verbs[event->result].name);
        }
        break;
    case EVENT_RETURN:
        print_result(event, out);
        break;
    case EVENT_CALLBACK_BEFORE:
    case EVENT_CALLBACK_AFTER:
        print_callback(event, out);
        break;
    case EVENT_FAULT:
        if (event->object < vocabulary->fault_point_count &&
            event->result < vocabulary->fault_action_count) {
            fprintf(out, " %s: %s", vocabulary->fault_points[event->object].name,
                    vocabulary->fault_actions[event->result].name);
        }
        break;
    case EVENT_REACHED:
        if (event->object < vocabulary->fault_point_count) {
            fprintf(out, " %s %u", vocabulary->fault_points[event->object].name, event->result);
        }
        break;
    case EVENT_STAGE:
        fprintf(out, " %s", event->result < STAGE_COUNT ? stage_names[event->result] : "?");
        break;
    default:
        break;
    }
}

void
laboratory_print_trace(const struct heddle_log *log, const struct program *program,
                       const struct laboratory_target *target, FILE *out)
{
    (void)program;
    for (uint32_t i = 0; i < log->event_count && i < HEDDLE_EVENTS_MAX; i++) {
        const struct heddle_event *event = &log->events[i];
        const struct kernel_site *site = log->sites[i];
        fprintf(out, "%6u  task %-3u ", i, event->task);
        if (event->kind >= HEDDLE_EVENT_SUBJECT) {
            print_own(event, target->vocabulary, out);
        } else if (event->kind == HEDDLE_EVENT_PROBE && event->result < KERNEL_PROBE_COUNT) {
            fprintf(out, "probe %s", probe_names[event->result]);
        } else {
            fputs(heddle_event_kind_name(event->kind), out);
            if (event->object != 0) {
                fprintf(out, " #%u", event->object);
            }
            if (event->result != 0) {
                fprintf(out, " -> %u", event->result);
            }
        }
        if (site != NULL) {
            fprintf(out, "  (%s, %s:%d)", site->function, site->file, site->line);
        }
        fputc('\n', out);
    }
}
