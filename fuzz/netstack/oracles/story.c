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
#define STORY_LINES    9

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
    if (what->kind == OBSERVE_UNLOCK) {
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

/* Does it belong to the story of this stack and this module? 0 and 0xff: of any. */
static bool
is_of(const struct kept *entry, uint32_t stack, uint8_t module)
{
    switch (entry->kind) {
    case OBSERVE_CALLBACK_START:
    case OBSERVE_CALLBACK_END:
        return entry->stack == stack && (module >= NS_MAX || entry->module == module);
    case OBSERVE_CALL:
    case OBSERVE_RETURN:
        return (module < NS_MAX && entry->module == module) ||
               (stack != 0 && entry->stack == stack);
    case OBSERVE_PROBE:
        return stack != 0 && entry->stack == stack &&
               (entry->probe == KERNEL_PROBE_netstack__dec__numzones ||
                entry->probe == KERNEL_PROBE_netstack__dec__ref);
    default:
        return stack != 0 && entry->stack == stack;
    }
}

static int
tell_one(char *text, size_t room, const struct kept *entry)
{
    const char *module = view_module_name(entry->module);
    const char *phase = view_phase_name((enum callback_phase)entry->phase);
    int begun = snprintf(text, room, "\n  %u task %u: ", entry->now, (unsigned)entry->task);
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
    default: {
        static const char *const words[OBSERVE_KIND_COUNT] = {
            [OBSERVE_STACK_BORN] = "the stack is allocated",
            [OBSERVE_STACK_FREED] = "the stack is freed",
            [OBSERVE_HOLD] = "a reference is held",
            [OBSERVE_RELE] = "a reference is given back",
            [OBSERVE_WALK_NEXT] = "a walk returns it",
        };
        const char *word = entry->kind < OBSERVE_KIND_COUNT ? words[entry->kind] : NULL;
        length = snprintf(text, room, "%s", word == NULL ? "…" : word);
        break;
    }
    }
    return length < 0 ? length : begun + length;
}

/* The last observations that belong to the story, oldest first, as many as there is room for. */
static void
tell_before(char *text, size_t room, uint32_t stack, uint8_t module)
{
    const struct kept *lines[STORY_LINES];
    size_t count = 0;
    uint32_t oldest = kept_count > STORY_KEPT_MAX ? kept_count - STORY_KEPT_MAX : 0;
    for (uint32_t i = kept_count; i > oldest && count < STORY_LINES; i--) {
        const struct kept *entry = &kept[(i - 1) % STORY_KEPT_MAX];
        if (is_of(entry, stack, module)) {
            lines[count++] = entry;
        }
    }
    if (count == 0) {
        return;
    }
    int length = snprintf(text, room, "\nThe last that was seen of it:");
    while (count > 0 && length > 0 && (size_t)length < room) {
        text += length;
        room -= (size_t)length;
        length = tell_one(text, room, lines[--count]);
    }
}

void
view_break(enum heddle_verdict verdict, const struct oracle *oracle, const char *promise,
           const struct observation *what, uint32_t stack, const char *format, ...)
{
    char text[1000];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < sizeof(text)) {
        tell_before(text + length, sizeof(text) - (size_t)length, stack, what->module);
    }
    const struct view_stack *object = stack == 0 ? NULL : view_stack_find(stack);
    heddle_fail(verdict, oracle->name, promise, what->site != NULL ? what->site : KERNEL_HERE,
                object == NULL ? NULL : object->address, NULL, "%s", text);
}
