/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Starting programs.
 */
#include "tool/campaign/campaign_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- its words ----------------------------------------------------------------------------- */

void
process_put(struct process_line *line, const char *argument)
{
    line->failed = line->failed || line->count == PROCESS_WORDS_MAX || argument == NULL;
    if (!line->failed) {
        line->arguments[line->count++] = argument;
    }
}

/* A text that the line owns; NULL: it has failed. */
static char *make(struct process_line *line, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static char *
make(struct process_line *line, const char *format, va_list arguments)
{
    char *text = NULL;
    if (line->owned_count == sizeof(line->owned) / sizeof(line->owned[0]) ||
        vasprintf(&text, format, arguments) < 0) {
        line->failed = true;
        return NULL;
    }
    line->owned[line->owned_count++] = text;
    return text;
}

void
process_put_made(struct process_line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    process_put(line, make(line, format, arguments));
    va_end(arguments);
}

void
process_put_variable(struct process_line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *variable = make(line, format, arguments);
    va_end(arguments);
    line->failed = line->failed || line->variable_count == PROCESS_WORDS_MAX;
    if (!line->failed) {
        line->variables[line->variable_count++] = variable;
    }
}

void
process_line_fini(struct process_line *line)
{
    for (size_t i = 0; i < line->owned_count; i++) {
        free(line->owned[i]);
    }
    *line = (struct process_line){0};
}

/* --- starting it --------------------------------------------------------------------------- */

/* In the child: nothing comes back from here. Where the file cannot be, as on a full disk, the words are lost. */
static _Noreturn void
become(const char *const arguments[], const char *output, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(127); /* it was too late to hear of it */
    }
    int in = open("/dev/null", O_RDONLY);
    int out = output != NULL ? open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
    if (out < 0) {
        out = open("/dev/null", O_WRONLY);
    }
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    fprintf(stderr, "%s: %s\n", arguments[0], strerror(errno));
    _exit(127);
}

pid_t
process_start(const struct process_line *line, const char *output)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        for (size_t i = 0; i < line->variable_count; i++) {
            putenv(line->variables[i]);
        }
        become(line->arguments, output, parent);
    }
    return pid;
}

int
process_call(const char *const arguments[], const char *output)
{
    int status;
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        become(arguments, output, parent);
    }
    if (pid < 0) {
        return -1;
    }
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool
process_is_installed(const char *name)
{
    const char *const arguments[] = {"sh", "-c", "command -v \"$0\"", name, NULL};
    return process_call(arguments, NULL) == 0;
}
