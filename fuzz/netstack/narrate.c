/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the room's events and objects are, for whoever explains an execution: operations with the arguments that the
 * program has, callbacks, faults, references. Found from the log and the program alone, for the process that
 * ran them may be dead.
 */
#include "netstack/adapter.h"

#include <string.h>

/* --- text ------------------------------------------------------------------------------------- */

static FILE *
open_text(struct laboratory_telling *telling)
{
    return fmemopen(telling->text, sizeof(telling->text), "w");
}

static void
print_arguments(const struct program_verb *verb, const uint16_t *arguments, FILE *out)
{
    for (uint32_t i = 0; i < verb->parameter_count; i++) {
        const struct program_parameter *parameter = &verb->parameters[i];
        if (parameter->names != NULL && arguments[i] < parameter->limit) {
            fprintf(out, " %s=%s", parameter->name, parameter->names[arguments[i]]);
        } else {
            fprintf(out, " %s=%u", parameter->name, arguments[i]);
        }
    }
}

/* --- operations ------------------------------------------------------------------------------- */

static uint32_t
own_kind(const struct heddle_event *event)
{
    return event->kind >= HEDDLE_EVENT_SUBJECT ? (uint32_t)event->kind - HEDDLE_EVENT_SUBJECT
                                               : (uint32_t)EVENT_COUNT;
}

/* Tasks of the program's threads have their numbers in their names: t0, or s0 where one goes at a time. */
static bool
find_thread(const struct heddle_log *log, uint16_t task, uint32_t *thread)
{
    const char *name = log->task_names[task];
    if ((name[0] != 't' && name[0] != 's') || name[1] < '0' ||
        name[1] >= '0' + PROGRAM_THREADS_MAX || name[2] != '\0') {
        return false;
    }
    *thread = (uint32_t)(name[1] - '0');
    return true;
}

/* Operations of the task before this event: how many that no callback made, and how many are under way. */
static uint32_t
count_before(const struct heddle_log *log, uint32_t index, uint32_t *depth)
{
    uint32_t count = 0;
    *depth = 0;
    for (uint32_t i = 0; i < index; i++) {
        const struct heddle_event *event = &log->events[i];
        if (event->task != log->events[index].task) {
            continue;
        }
        if (own_kind(event) == EVENT_OPERATION) {
            count += *depth == 0;
            ++*depth;
        } else if (own_kind(event) == EVENT_RETURN && *depth > 0) {
            --*depth;
        }
    }
    return count;
}

static const struct program_operation *
find_operation(const struct program *program, uint32_t thread, uint32_t ordinal)
{
    for (uint32_t i = 0; i < program->operation_count; i++) {
        if (program->operations[i].thread == thread && ordinal-- == 0) {
            return &program->operations[i];
        }
    }
    return NULL;
}

/* The one fault of that point and action; NULL: none, or several that differ. */
static const struct program_fault *
find_fault(const struct program *program, uint32_t point, uint32_t action)
{
    const struct program_fault *found = NULL;
    for (uint32_t i = 0; i < program->fault_count; i++) {
        const struct program_fault *fault = &program->faults[i];
        if (fault->point != point || fault->action != action) {
            continue;
        }
        if (found != NULL &&
            memcmp(found->arguments, fault->arguments, sizeof(fault->arguments)) != 0) {
            return NULL;
        }
        found = fault;
    }
    return found;
}

static void
tell_operation(const struct heddle_log *log, uint32_t index, const struct program *program,
               const struct program_vocabulary *vocabulary, struct laboratory_telling *telling)
{
    const struct heddle_event *event = &log->events[index];
    uint32_t depth, thread, verb = event->result;
    uint32_t ordinal = count_before(log, index, &depth);
    FILE *out = open_text(telling);
    telling->deed = LABORATORY_DEED_OPERATION;
    if (out == NULL || verb >= vocabulary->verb_count) {
        return;
    }
    if (depth == 0 && find_thread(log, event->task, &thread)) {
        telling->operation = find_operation(program, thread, ordinal);
    }
    const uint16_t *arguments = NULL;
    if (telling->operation != NULL && telling->operation->verb == verb) {
        arguments = telling->operation->arguments;
    } else if (index > 0 && own_kind(event - 1) == EVENT_FAULT) {
        const struct program_fault *fault = find_fault(program, event[-1].object, event[-1].result);
        arguments = fault != NULL ? fault->arguments : NULL;
    }
    fputs(vocabulary->verbs[verb].name, out);
    if (arguments != NULL) {
        print_arguments(&vocabulary->verbs[verb], arguments, out);
    }
    fclose(out);
}

static void
tell_return(const struct heddle_event *event, struct laboratory_telling *telling)
{
    telling->deed = LABORATORY_DEED_RETURN;
    telling->object = event->object;
    const char *name = event->result == OPERATION_SKIPPED ? "passed over: nothing to work on"
                       : event->result == 0               ? "0"
                                                          : strerrorname_np((int)event->result);
    snprintf(telling->text, sizeof(telling->text), "%s", name != NULL ? name : "?");
}

/* --- the rest --------------------------------------------------------------------------------- */

static void
tell_callback(const struct heddle_event *event, bool begins, struct laboratory_telling *telling)
{
    uint32_t phase = event->result >> 9, which = event->result & 0xff;
    bool of_key = (event->result >> 8 & 1) != 0;
    const char *phase_name = phase < PHASE_COUNT ? phase_names[phase] : "?";
    telling->deed = begins ? LABORATORY_DEED_CALLBACK : LABORATORY_DEED_CALLBACK_END;
    telling->object = event->object;
    if (of_key) {
        snprintf(telling->text, sizeof(telling->text), "%s of zone key %u", phase_name, which);
    } else {
        snprintf(telling->text, sizeof(telling->text), "%s of module %s", phase_name,
                 which < MODULES ? module_names[which] : "?");
    }
}

static void
tell_fault(const struct heddle_event *event, const struct program *program,
           const struct program_vocabulary *vocabulary, struct laboratory_telling *telling)
{
    telling->deed = LABORATORY_DEED_FAULT;
    FILE *out = open_text(telling);
    if (out == NULL) {
        return;
    }
    if (event->object < vocabulary->fault_point_count &&
        event->result < vocabulary->fault_action_count) {
        const struct program_fault *fault = find_fault(program, event->object, event->result);
        fprintf(out, "%s: %s", vocabulary->fault_points[event->object].name,
                vocabulary->fault_actions[event->result].name);
        if (fault != NULL) {
            print_arguments(&vocabulary->fault_actions[event->result], fault->arguments, out);
        }
    }
    fclose(out);
}

static void
tell_probe(const struct heddle_log *log, uint32_t index, struct laboratory_telling *telling)
{
    uint32_t probe = log->events[index].result;
    telling->object = log->about[index];
    if (probe >= KERNEL_PROBE_COUNT) {
        return;
    }
    telling->deed = probe == KERNEL_PROBE_netstack__inc__ref   ? LABORATORY_DEED_HOLD
                    : probe == KERNEL_PROBE_netstack__dec__ref ? LABORATORY_DEED_RELE
                                                               : LABORATORY_DEED_NONE;
    snprintf(telling->text, sizeof(telling->text), "probe %s",
             probe_names[probe] + strlen("netstack__"));
}

/* Where two subjects run one after the other, whose stage it is. */
static void
tell_stage(const struct heddle_log *log, uint32_t index, const struct subject *peer,
           const struct subject *subject, struct laboratory_telling *telling)
{
    uint32_t stage = log->events[index].result, starts = 0;
    for (uint32_t i = 0; i <= index; i++) {
        starts +=
            own_kind(&log->events[i]) == EVENT_STAGE && log->events[i].result == STAGE_STARTED;
    }
    telling->deed = LABORATORY_DEED_STAGE;
    snprintf(telling->text, sizeof(telling->text), "%s%s%s",
             peer == NULL  ? ""
             : starts == 1 ? peer->name
                           : subject->name,
             peer != NULL ? " " : "", stage < STAGE_COUNT ? stage_names[stage] : "?");
}

void
laboratory_tell(const struct heddle_log *log, uint32_t index, const struct program *program,
                const struct laboratory_target *target, const struct subject *subject,
                struct laboratory_telling *telling)
{
    const struct heddle_event *event = &log->events[index];
    *telling = (struct laboratory_telling){.deed = LABORATORY_DEED_NONE};
    if (event->kind == HEDDLE_EVENT_PROBE) {
        tell_probe(log, index, telling);
        return;
    }
    switch (own_kind(event)) {
    case EVENT_OPERATION:
        tell_operation(log, index, program, target->vocabulary, telling);
        break;
    case EVENT_RETURN:
        tell_return(event, telling);
        break;
    case EVENT_CALLBACK_BEFORE:
    case EVENT_CALLBACK_AFTER:
        tell_callback(event, own_kind(event) == EVENT_CALLBACK_BEFORE, telling);
        break;
    case EVENT_FAULT:
        tell_fault(event, program, target->vocabulary, telling);
        break;
    case EVENT_STAGE:
        tell_stage(log, index, laboratory_peer(target, subject), subject, telling);
        break;
    case EVENT_YIELD:
        snprintf(telling->text, sizeof(telling->text), "yields");
        break;
    default:
        break;
    }
}

/* --- objects ---------------------------------------------------------------------------------- */

static bool
is_stack_kind(const char *kind)
{
    for (size_t i = 0; laboratory_subjects[i] != NULL; i++) {
        if (strcmp(laboratory_subjects[i]->stack_kind, kind) == 0) {
            return true;
        }
    }
    return false;
}

bool
laboratory_name_allocation(const char *kind, uint32_t number,
                           const struct laboratory_target *target,
                           const struct program_operation *within, char *text, size_t size)
{
    if (is_stack_kind(kind)) {
        snprintf(text, size, "stack %u", number);
        return true;
    }
    if (strcmp(kind, "zone") == 0 && within != NULL && within->verb == VERB_ZONE_CREATE) {
        const struct program_parameter *slot =
            &target->vocabulary->verbs[VERB_ZONE_CREATE].parameters[1];
        snprintf(text, size, "zone %s", slot->names[within->arguments[1] % slot->limit]);
        return true;
    }
    return false;
}

bool
laboratory_name_primitive(const char *class_name, uint32_t ordinal, const char *container,
                          char *text, size_t size)
{
    static const struct {
        const char *class_name, *word;
    } words[] = {
        {"netstack_lock", "lock"},  {"netstack", "lock"},      {"netstack_cv", "cv"},
        {"netstack_changed", "cv"}, {"netstack_word", "word"}, {"zone_holds", "holds"},
    };
    if (strcmp(class_name, "nms_cv") == 0 && ordinal < MODULES) {
        snprintf(text, size, "cv of module %s on %s", module_names[ordinal], container);
        return true;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].class_name, class_name) == 0) {
            snprintf(text, size, "%s of %s", words[i].word, container);
            return true;
        }
    }
    return false;
}
