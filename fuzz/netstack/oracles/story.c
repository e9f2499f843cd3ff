/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The words of a report: what broke, and what had been observed of that stack and that module
 * before. Numbers only, so the same file tells the same story on every machine.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "netstack/operations.h"
#include "netstack/oracles/view.h"

#define STORY_KEPT_MAX 1024u /* a power of two; older ones are forgotten */
#define STORY_LINES    12

struct kept {
    uint32_t now;
    uint32_t stack, epoch;
    int32_t zone, result;
    uint16_t task;
    uint8_t kind, verb, module, phase, probe;
};
static struct kept kept[STORY_KEPT_MAX];
static uint32_t kept_count;

void
story_begin(void)
{
    kept_count = 0;
}

void
story_keep(const struct observation *what)
{
    if (what->kind == OBSERVE_UNLOCK || what->kind == OBSERVE_WAIT) {
        return;
    }
    struct kept *entry = &kept[kept_count++ % STORY_KEPT_MAX];
    entry->now = view.now;
    entry->stack = what->stack;
    entry->epoch = what->epoch;
    entry->zone = what->zone;
    entry->result = what->result;
    entry->task = what->task;
    entry->kind = (uint8_t)what->kind;
    entry->verb = what->verb;
    entry->module = what->module;
    entry->phase = (uint8_t)what->phase;
    entry->probe = (uint8_t)what->probe;
}

const char *
view_module_name(uint8_t module)
{
    static const char *const names[NS_MAX] = {"DLS",     "IPTUN",    "STR",   "HOOK",    "NETI",
                                              "ARP",     "IP",       "ICMP",  "UDP",     "TCP",
                                              "SCTP",    "RTS",      "IPSEC", "KEYSOCK", "SPDSOCK",
                                              "IPSECAH", "IPSECESP", "IPNET", "ILB"};
    return module < NS_MAX ? names[module] : "none";
}

const char *
view_phase_name(enum callback_phase phase)
{
    static const char *const names[PHASE_COUNT] = {"create", "shutdown", "destroy"};
    return (unsigned)phase < PHASE_COUNT ? names[phase] : "?";
}

static const char *
verb_name(uint8_t verb)
{
    const struct program_vocabulary *vocabulary = operations_vocabulary();
    return verb < vocabulary->verb_count ? vocabulary->verbs[verb].name : "?";
}

const char *
view_call_name(const struct view_frame *call)
{
    return call == NULL ? "a service task" : verb_name(call->verb);
}

static const char *
probe_name(unsigned probe)
{
    static const char *const names[KERNEL_PROBE_COUNT] = {
#define STORY_PROBE_NAME(name, first, second) #name,
        KERNEL_PROBES(STORY_PROBE_NAME)
#undef STORY_PROBE_NAME
    };
    return probe < KERNEL_PROBE_COUNT ? names[probe] + sizeof("netstack__") - 1 : "?";
}

/* Which stack and which module the story is of; 0 and NS_MAX or more: of none. */
struct subject_matter {
    uint32_t stack;
    uint8_t module;
};

static bool
is_call_of_interest(const struct kept *entry, const struct subject_matter *of)
{
    switch (view_call_of(entry->verb)) {
    case VIEW_CALL_REGISTER:
    case VIEW_CALL_UNREGISTER:
        return of->module < NS_MAX && entry->module == of->module;
    case VIEW_CALL_ZONE_SHUTDOWN:
    case VIEW_CALL_ZONE_DESTROY:
        return of->stack != 0 && entry->stack == of->stack;
    default:
        return false;
    }
}

/* With a module: its callbacks on the stack and what called for them; without: who held it. */
static bool
is_of_interest(const struct kept *entry, const struct subject_matter *of)
{
    bool of_stack = of->stack != 0 && entry->stack == of->stack;
    switch (entry->kind) {
    case OBSERVE_CALL:
    case OBSERVE_RETURN:
        return is_call_of_interest(entry, of);
    case OBSERVE_CALLBACK_START:
    case OBSERVE_CALLBACK_END:
        return of_stack && (of->module >= NS_MAX || entry->module == of->module);
    case OBSERVE_PROBE:
        return of_stack && entry->probe == KERNEL_PROBE_netstack__dec__numzones;
    case OBSERVE_HOLD:
    case OBSERVE_RELE:
    case OBSERVE_WALK_NEXT:
        return of_stack && of->module >= NS_MAX;
    default:
        return of_stack;
    }
}

static int
tell_one(char *text, size_t room, const struct kept *entry)
{
    const char *module = view_module_name(entry->module);
    const char *phase = view_phase_name((enum callback_phase)entry->phase);
    int begun =
        snprintf(text, room, "\n  %u task %u: ", view_event_of(entry->now), (unsigned)entry->task);
    if (begun < 0 || (size_t)begun >= room) {
        return begun;
    }
    text += begun;
    room -= (size_t)begun;
    int length = 0;
    switch (entry->kind) {
    case OBSERVE_CALL:
        length = snprintf(text, room, "calls %s", verb_name(entry->verb));
        break;
    case OBSERVE_RETURN:
        length = snprintf(text, room, "%s returns %d", verb_name(entry->verb), entry->result);
        break;
    case OBSERVE_CALLBACK_START:
    case OBSERVE_CALLBACK_END:
        length = snprintf(text, room, "%s of %s (registration %u) %s", phase, module, entry->epoch,
                          entry->kind == OBSERVE_CALLBACK_START ? "starts" : "ends");
        break;
    case OBSERVE_PROBE:
        length = snprintf(text, room, "%s", probe_name(entry->probe));
        break;
    case OBSERVE_ZONE_ATTACHED:
        length = snprintf(text, room, "zone %d attached", entry->zone);
        break;
    case OBSERVE_ZONE_DETACHING:
        length = snprintf(text, room, "zone %d detaching", entry->zone);
        break;
    case OBSERVE_HOLD:
        length = snprintf(text, room, "%s gives a reference", verb_name(entry->verb));
        break;
    case OBSERVE_RELE:
        length = snprintf(text, room, "%s gives one back", verb_name(entry->verb));
        break;
    default:
        length = snprintf(text, room, "%s",
                          entry->kind == OBSERVE_STACK_BORN    ? "the stack is allocated"
                          : entry->kind == OBSERVE_STACK_FREED ? "the stack is freed"
                                                               : "a walk returns it");
        break;
    }
    return length < 0 ? length : begun + length;
}

/*
 * Chooses the last observations of interest, newest first; a call that was refused did nothing, so
 * neither its return nor itself is told. Returns: how many.
 */
static size_t
choose_lines(const struct kept *lines[STORY_LINES], const struct subject_matter *of)
{
    bool refused[HEDDLE_TASKS_MAX] = {false};
    size_t count = 0;
    uint32_t oldest = kept_count > STORY_KEPT_MAX ? kept_count - STORY_KEPT_MAX : 0;
    for (uint32_t i = kept_count; i > oldest && count < STORY_LINES; i--) {
        const struct kept *entry = &kept[(i - 1) % STORY_KEPT_MAX];
        bool *was_refused = &refused[entry->task % HEDDLE_TASKS_MAX];
        if (!is_of_interest(entry, of)) {
            continue;
        }
        if (entry->kind == OBSERVE_RETURN && entry->result != 0) {
            *was_refused = true;
        } else if (entry->kind == OBSERVE_CALL && *was_refused) {
            *was_refused = false;
        } else {
            lines[count++] = entry;
        }
    }
    return count;
}

/* What came before, oldest first, as much as there is room for. */
static void
tell_before(char *text, size_t room, const struct subject_matter *of)
{
    const struct kept *lines[STORY_LINES];
    size_t count = choose_lines(lines, of);
    if (count == 0) {
        return;
    }
    int length = snprintf(text, room, "\nWhat was seen of it:");
    while (count > 0 && length > 0 && (size_t)length < room) {
        text += length;
        room -= (size_t)length;
        length = tell_one(text, room, lines[--count]);
    }
}

/*
 * Is it the subject's own act, so that where it happens is where the promise breaks? Where the adapter was when it saw an
 * answer, a reference or the end says nothing of the bug, and would give it many signatures.
 */
static bool
is_the_subjects(enum observation_kind kind)
{
    switch (kind) {
    case OBSERVE_CALLBACK_START:
    case OBSERVE_CALLBACK_END:
    case OBSERVE_PROBE:
    case OBSERVE_STACK_BORN:
    case OBSERVE_STACK_FREED:
    case OBSERVE_UNLOCK:
        return true;
    default:
        return false;
    }
}

void
view_break(enum heddle_verdict verdict, const struct oracle *oracle, const char *promise,
           const struct observation *what, uint32_t stack, const char *format, ...)
{
    char text[1000];
    const kernel_site_t site = is_the_subjects(what->kind) ? what->site : NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    const struct subject_matter of = {.stack = stack, .module = what->module};
    if (site == NULL && what->site != NULL && length > 0 && (size_t)length < sizeof(text)) {
        length += snprintf(text + length, sizeof(text) - (size_t)length, "\nSeen after %s (%s:%d).",
                           what->site->function, what->site->file, what->site->line);
    }
    if (length > 0 && (size_t)length < sizeof(text)) {
        tell_before(text + length, sizeof(text) - (size_t)length, &of);
    }
    const struct view_stack *object = stack == 0 ? NULL : view_stack_find(stack);
    heddle_fail(verdict, oracle->name, promise, site, object == NULL ? NULL : object->address, NULL,
                "%s", text);
}
