/* SPDX-License-Identifier: BSD-2-Clause
 *
 * heddle doctor: what of the environment is missing or slows things down, and the remedy. A line
 * each: ok, slow (works, but worse), or missing. Only what is needed makes the exit code 4.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/fiber.h"
#include "tool/command.h"
#include "tool/terminal.h"

#define DISK_MB_NEEDED 64u
#define DISK_MB_WANTED 2048u
#define SWITCHES       200000

enum health { HEALTH_OK, HEALTH_SLOW, HEALTH_MISSING };

static bool needed_is_missing;

static void __attribute__((format(printf, 3, 4)))
say(enum health health, const char *what, const char *format, ...)
{
    static const char *const names[] = {"ok", "slow", "missing"};
    va_list arguments;
    terminal_print(stdout, health == HEALTH_OK ? TERMINAL_GOOD : TERMINAL_BAD, names[health]);
    printf("%*s%s: ", (int)(9 - strlen(names[health])), "", what);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

static bool
is_in_path(const char *program)
{
    const char *path = getenv("PATH");
    while (path != NULL && *path != '\0') {
        char file[PATH_MAX];
        size_t length = strcspn(path, ":");
        snprintf(file, sizeof(file), "%.*s/%s", (int)length, path, program);
        if (access(file, X_OK) == 0) {
            return true;
        }
        path += length + (path[length] == ':' ? 1 : 0);
    }
    return false;
}

static void
check_programs(void)
{
    static const struct {
        const char *program, *package, *purpose;
        bool needed;
    } programs[] = {
        {"clang-19", "clang-19 libclang-rt-19-dev", "libFuzzer targets, sanitizers", true},
        {"gcc", "gcc", "preset dev", true},
        {"cmake", "cmake", "building", true},
        {"ninja", "ninja-build", "building", true},
        {"afl-fuzz", "afl++", "campaigns with AFL++", false},
        {"llvm-symbolizer-19", "llvm-19", "lines in the sanitizers' reports", false},
    };
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        if (is_in_path(programs[i].program)) {
            say(HEALTH_OK, programs[i].program, "%s", programs[i].purpose);
            continue;
        }
        say(HEALTH_MISSING, programs[i].program, "%s; remedy: ci/setup, or apt-get install %s",
            programs[i].purpose, programs[i].package);
        needed_is_missing = needed_is_missing || programs[i].needed;
    }
}

/* The first line of a small file, without its newline. False: there is no such file. */
static bool
read_setting(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    bool ok = fgets(text, (int)size, file) != NULL;
    fclose(file);
    text[ok ? strcspn(text, "\n") : 0] = '\0';
    return ok;
}

static void
check_settings(void)
{
    char text[256];
    if (read_setting("/proc/sys/kernel/core_pattern", text, sizeof(text))) {
        bool piped = text[0] == '|';
        say(piped ? HEALTH_SLOW : HEALTH_OK, "core_pattern", "'%s'%s", text,
            piped ? ": crashes are piped to a program; remedy: echo core | sudo tee "
                    "/proc/sys/kernel/core_pattern, or AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1"
                  : "");
    }
    if (read_setting("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", text, sizeof(text))) {
        bool slow = strcmp(text, "performance") != 0;
        say(slow ? HEALTH_SLOW : HEALTH_OK, "cpu governor", "'%s'%s", text,
            slow ? "; remedy: cpupower frequency-set -g performance, or AFL_SKIP_CPUFREQ=1" : "");
    }
    if (read_setting("/proc/sys/vm/mmap_rnd_bits", text, sizeof(text))) {
        bool many = atoi(text) > 28;
        say(many ? HEALTH_SLOW : HEALTH_OK, "vm.mmap_rnd_bits", "%s%s", text,
            many ? ": a ThreadSanitizer build starts twice, or not at all; remedy: sysctl "
                   "vm.mmap_rnd_bits=28"
                 : "");
    }
}

/* ThreadSanitizer turns address randomisation off for itself; some containers forbid it. */
static void
check_personality(void)
{
    pid_t child = fork();
    if (child == 0) {
        _exit(personality(ADDR_NO_RANDOMIZE) == -1 ? 1 : 0);
    }
    int status = 0;
    bool allowed = child > 0 && waitpid(child, &status, 0) == child && status == 0;
    say(allowed ? HEALTH_OK : HEALTH_SLOW, "personality", "%s",
        allowed ? "address randomisation can be turned off"
                : "address randomisation cannot be turned off: ThreadSanitizer builds may not "
                  "start; remedy: run the container with --security-opt seccomp=unconfined");
}

static void
check_resources(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    say(processors > 1 ? HEALTH_OK : HEALTH_SLOW, "processors", "%ld; run with --jobs %ld",
        processors, processors);

    struct statvfs disk;
    if (statvfs(".", &disk) == 0) {
        uint64_t megabytes = (uint64_t)disk.f_bavail * disk.f_frsize >> 20;
        enum health health = megabytes < DISK_MB_NEEDED   ? HEALTH_MISSING
                             : megabytes < DISK_MB_WANTED ? HEALTH_SLOW
                                                          : HEALTH_OK;
        say(health, "disk", "%" PRIu64 " MB free here%s", megabytes,
            health == HEALTH_OK ? "" : "; remedy: findings and corpora want 2 GB");
        needed_is_missing = needed_is_missing || health == HEALTH_MISSING;
    }

    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0) {
        say(limit.rlim_cur == RLIM_INFINITY ? HEALTH_OK : HEALTH_SLOW, "address space",
            limit.rlim_cur == RLIM_INFINITY
                ? "unlimited"
                : "limited: sanitizer builds need terabytes of it; remedy: ulimit -v unlimited");
    }
}

/* --- the engine --------------------------------------------------------------------------- */

static struct fiber host, other;

static void
come_back(void *argument)
{
    (void)argument;
    for (;;) {
        fiber_switch(&other, &host);
    }
}

static double
measure_switch_ns(void)
{
    fiber_init_host(&host);
    if (!fiber_init(&other)) {
        return 0;
    }
    fiber_start(&other, come_back, NULL);
    double start = terminal_now();
    for (int i = 0; i < SWITCHES; i++) {
        fiber_switch(&host, &other);
    }
    double seconds = terminal_now() - start;
    fiber_abandon(&host, &other);
    fiber_fini(&other);
    return seconds * 1e9 / (2.0 * SWITCHES);
}

static void
check_engine(void)
{
    bool fast = strcmp(fiber_backend, "fcontext") == 0;
    say(fast ? HEALTH_OK : HEALTH_SLOW, "fibers", "%s, %.0f ns a switch%s", fiber_backend,
        measure_switch_ns(),
        fast ? "" : "; remedy: apt-get install libboost-context-dev, then build again");
    if (laboratory_subjects[0] == NULL) {
        say(HEALTH_MISSING, "subjects", "there are none in this build");
        needed_is_missing = true;
    }
    const char *absent = command_subject_absent("reference");
    if (absent != NULL) {
        say(HEALTH_SLOW, "subject reference", "%s", absent);
    }
    say(HEALTH_OK, "event models", "sync%s",
        heddle_has_accesses() ? ", memory"
                              : "; loads and stores are seen by the build of preset access");
    printf("limit    sequentially consistent interleavings only: what a processor's or a "
           "compiler's weaker\n         order alone can break is not found here\n");
}

static const struct argp_option options[] = {COMMAND_OPTION_HELP, {0}};

enum tool_exit
command_doctor(int argc, char **argv)
{
    static const struct argp argp = {
        .options = options,
        .parser = command_parse_other,
        .doc = "Says what of the environment is missing or slows things down, and the remedy. "
               "Exits 4 if something is missing that is needed.\v"
               "Example: heddle doctor",
    };
    if (!command_parse(&argp, argc, argv, NULL)) {
        return TOOL_USAGE;
    }
    check_programs();
    check_settings();
    check_personality();
    check_resources();
    check_engine();
    return needed_is_missing ? TOOL_ENVIRONMENT : TOOL_OK;
}
