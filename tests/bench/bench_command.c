/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Starting programs, and what they took.
 */
#include "bench_command.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double
in_ns(struct timeval time)
{
    return (double)time.tv_sec * 1e9 + (double)time.tv_usec * 1e3;
}

static double
childrens_time_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return in_ns(usage.ru_utime) + in_ns(usage.ru_stime);
}

static _Noreturn void
give_up(const struct bench_command *command, const char *why)
{
    char line[512];
    FILE *output = fopen(command->output, "r");
    while (output != NULL && fgets(line, sizeof line, output) != NULL) {
        fputs(line, stderr);
    }
    fprintf(stderr, "heddle-bench: %s: %s\n", command->arguments[0], why);
    exit(4);
}

static void
open_as(const char *path, int flags, int number)
{
    int file = open(path, flags, 0600);
    if (file < 0 || dup2(file, number) < 0) {
        _exit(126);
    }
    close(file);
}

static _Noreturn void
become(const struct bench_command *command)
{
    cpu_set_t one;
    int here = sched_getcpu();
    CPU_ZERO(&one);
    CPU_SET(here >= 0 ? (size_t)here : 0, &one);
    (void)sched_setaffinity(0, sizeof one, &one);
    open_as(command->input != NULL ? command->input : "/dev/null", O_RDONLY, STDIN_FILENO);
    open_as(command->output, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
    dup2(STDOUT_FILENO, STDERR_FILENO);
    execvp(command->arguments[0], (char *const *)(const void *)command->arguments);
    _exit(127);
}

double
bench_run_command(const struct bench_command *command)
{
    /* AFL++ kills its fork server, and with it goes the parent of who executed: that one must be ours then. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    double begin_ns = childrens_time_ns();
    fflush(NULL);
    pid_t pid = fork(), ended;
    int status, of_first = 0;
    if (pid == 0) {
        become(command);
    }
    if (pid < 0) {
        give_up(command, strerror(errno));
    }
    while ((ended = waitpid(-1, &status, 0)) > 0 || errno == EINTR) {
        of_first = ended == pid ? status : of_first;
    }
    if (!WIFEXITED(of_first) || WEXITSTATUS(of_first) != 0) {
        give_up(command, "it failed");
    }
    return childrens_time_ns() - begin_ns;
}

double
bench_read_number(const char *path, const char *mark)
{
    char line[512];
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, mark, strlen(mark)) == 0) {
            fclose(file);
            return strtod(line + strlen(mark), NULL);
        }
    }
    fprintf(stderr, "heddle-bench: %s does not say \"%s\"\n", path, mark);
    exit(4);
}
