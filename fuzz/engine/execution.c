/* SPDX-License-Identifier: BSD-2-Clause
 *
 * An execution from start to end, on the host's stack: everything is put back, the body runs as
 * task 0, and whatever is left of its tasks is put away.
 */
#include "engine/execution.h"
#include "engine/access.h"
#include "engine/sanitizers.h"

#include <stdio.h>
#include <stdlib.h>

static bool initialised; /* there is memory */
static bool installed;   /* once a process */

/* Without memory there is no engine, and nobody to tell but the user. */
static void
initialise(void)
{
    if (!memory_init()) {
        perror("heddle: cannot map the engine's memory");
        exit(4);
    }
    if (!installed) {
        crash_install();
        sanitizer_hooks_link();
        sanitizer_begin();
        installed = true;
    }
    initialised = true;
}

void
heddle_execute(const struct heddle_run *run, struct heddle_log *log)
{
    if (!initialised) {
        initialise();
    }
    exec.run = run;
    exec.log = log;
    if (!globals_save(run->globals, run->globals_count)) {
        fputs("heddle: no memory to keep the subject's static data\n", stderr);
        exit(4);
    }
    trace_begin();
    globals_restore(run->globals, run->globals_count);
    memory_begin();
    scheduler_begin();
    fiber_init_host(&exec.host);

    exec.active = true;
    access_begin(run->accesses);
    (void)scheduler_spawn("main", run->body, run->argument, KERNEL_HERE);
    exec.current = &exec.tasks[0];
    fiber_switch(&exec.host, &exec.tasks[0].fiber);
    exec.active = false;
    access_end();

    for (uint32_t i = 0; i < exec.task_count; i++) {
        fiber_abandon(&exec.host, &exec.tasks[i].fiber);
        if (log->result.verdict == HEDDLE_RACE) {
            sanitizer_forget(exec.tasks[i].fiber.stack, exec.tasks[i].fiber.stack_size);
        }
    }
    if (!exec.failed) {
        memory_check_freed();
    }
    trace_end();
    const struct strategy *strategy = run->schedule.strategy;
    if (strategy != NULL && strategy->ended != NULL) {
        strategy->ended(&exec.view, &log->result);
    }
    memory_end();
    log->running = 0;
}

void
heddle_shutdown(void)
{
    if (!initialised) {
        return;
    }
    for (uint32_t i = 0; i < HEDDLE_TASKS_MAX; i++) {
        if (exec.tasks[i].fiber.stack != NULL) {
            fiber_fini(&exec.tasks[i].fiber);
        }
    }
    memory_fini();
    initialised = false;
}
