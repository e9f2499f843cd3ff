/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The parent's loop and the worker's. A worker announces each number in the channel before it
 * executes it; number n belongs to worker (n / batch) mod jobs, and each executes its own in order,
 * so the lowest number that any of them announces bounds what is settled.
 *
 * A socket pair per worker carries one byte a report and one an answer; its end of file tells each
 * side of the other's death.
 */
#include "tool/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS         50
#define OUTPUT_TAIL     ((size_t)16 * 1024)
#define OUTPUT_MAX      ((off_t)1 << 20) /* then what a worker wrote is thrown away */
#define IDLE_DEATHS_MAX 3                /* outside executions, of one number */
#define IDLE_KILLS_MAX  200              /* the same, but by somebody's SIGKILL */
#define MEMORY_MAX      (1ull << 30)     /* of a worker; then another one goes on */
#define NUMBER_NONE     UINT64_MAX

/* What worker and parent tell each other. Written by the worker, but for stop. */
struct worker_channel {
    _Atomic uint64_t current; /* the number in work: all lower ones of this worker are executed */
    _Atomic uint32_t told;    /* the parent has answered the report on `current` */
    _Atomic uint32_t finished;
    _Atomic uint32_t stop;
    _Atomic uint32_t retire; /* this worker alone: leave the next number to a new one */
};

/* A worker, as the parent sees it. */
struct seat {
    struct worker worker;
    uint64_t next; /* where a new worker in this seat begins */
    pid_t pid;     /* 0: nobody, all is done */
    int socket;
    int output; /* memory file with what it wrote */
    bool stuck;
    unsigned deaths, idle_deaths; /* of the number at which it died last, in a row */
    uint64_t dead_number;

    /* The stuck check: CPU time when the beat was last seen to move. */
    uint64_t beat, beat_number;
    int64_t beat_cpu_ms;
};

struct crew {
    const struct worker_job *job;
    struct seat *seats;
    bool stopping;
    int error;
    char tail[OUTPUT_TAIL + 1];
};

static volatile sig_atomic_t stop_requested;

void
worker_stop_all(void)
{
    stop_requested = 1;
}

static void
on_interrupt(int signal)
{
    (void)signal;
    worker_stop_all();
}

void
worker_stop_on_interrupt(void)
{
    /* poll returns all the same; a worker's end, or a file half written, is not to be missed. */
    struct sigaction action = {.sa_handler = on_interrupt,
                               .sa_flags = (int)(SA_RESETHAND | SA_RESTART)};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool
worker_was_stopped(void)
{
    return stop_requested != 0;
}

static int64_t
now_ms(clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) {
        return 0;
    }
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void *
worker_shared_create(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void
worker_shared_destroy(void *memory, size_t size)
{
    if (memory != NULL) {
        munmap(memory, size);
    }
}

/* --- in the worker ------------------------------------------------------------------------ */

static uint64_t
number_after(const struct worker_job *job, uint64_t number)
{
    uint64_t next = number + 1;
    return next % job->batch != 0 ? next : next + (job->jobs - 1) * job->batch;
}

void
worker_report(struct worker *worker)
{
    char byte = 0;
    atomic_store(&worker->channel->told, 0);
    if (write(worker->parent, &byte, 1) != 1 || read(worker->parent, &byte, 1) != 1) {
        _exit(0); /* the parent is gone */
    }
}

bool
worker_is_to_stop(const struct worker *worker)
{
    return atomic_load(&worker->channel->stop) != 0;
}

static _Noreturn void
be_worker(const struct worker_job *job, struct worker *worker, uint64_t number)
{
    struct worker_channel *channel = worker->channel;
    for (; number < job->numbers && !atomic_load(&channel->stop);
         number = number_after(job, number)) {
        atomic_store(&channel->told, 0);
        atomic_store(&channel->current, number);
        bool may_retire = !job->batches_are_whole || number % job->batch == 0;
        if (may_retire && atomic_load(&channel->retire)) {
            _exit(0);
        }
        job->execute(worker, number, job->argument);
    }
    atomic_store(&channel->finished, 1);
    _exit(0);
}

/* --- in the parent ------------------------------------------------------------------------ */

static void
prepare_worker(pid_t parent, int output)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(0);
    }
    /* The parent decides what an interrupt means: findings are to be written first. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
}

static bool
start_worker(struct crew *crew, struct seat *seat)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return false;
    }
    atomic_store(&seat->worker.channel->current, seat->next);
    atomic_store(&seat->worker.channel->told, 0);
    atomic_store(&seat->worker.channel->retire, 0);
    seat->worker.log->running = 0;
    seat->worker.log->died = 0;
    seat->stuck = false;
    seat->beat_number = NUMBER_NONE;
    if (ftruncate(seat->output, 0) != 0) {
        goto fail;
    }

    pid_t parent = getpid();
    fflush(NULL);
    seat->pid = fork();
    if (seat->pid < 0) {
        seat->pid = 0;
        goto fail;
    }
    if (seat->pid == 0) {
        close(ends[0]);
        seat->worker.parent = ends[1];
        prepare_worker(parent, seat->output);
        be_worker(crew->job, &seat->worker, seat->next);
    }
    close(ends[1]);
    seat->socket = ends[0];
    return true;

fail:
    close(ends[0]);
    close(ends[1]);
    return false;
}

static bool
init_seat(struct seat *seat, const struct worker_job *job, unsigned index)
{
    seat->worker.seat = index;
    seat->socket = -1;
    seat->dead_number = NUMBER_NONE;
    seat->next = index * job->batch;
    seat->output = memfd_create("heddle worker", MFD_CLOEXEC);
    seat->worker.log = heddle_log_create();
    seat->worker.channel = worker_shared_create(sizeof(*seat->worker.channel));
    if (seat->output < 0 || seat->worker.log == NULL || seat->worker.channel == NULL) {
        return false;
    }
    /* A worker's earlier words are cut off under it (drop_output), so it must write at the end. */
    return fcntl(seat->output, F_SETFL, O_APPEND) == 0;
}

static void
fini_seat(struct seat *seat)
{
    if (seat->pid > 0) {
        kill(seat->pid, SIGKILL);
        waitpid(seat->pid, NULL, 0);
    }
    if (seat->socket >= 0) {
        close(seat->socket);
    }
    if (seat->output >= 0) {
        close(seat->output);
    }
    if (seat->worker.log != NULL) {
        heddle_log_destroy(seat->worker.log);
    }
    worker_shared_destroy(seat->worker.channel, sizeof(*seat->worker.channel));
}

static void
stop(struct crew *crew)
{
    crew->stopping = true;
    for (unsigned i = 0; i < crew->job->jobs; i++) {
        atomic_store(&crew->seats[i].worker.channel->stop, 1);
    }
}

static const char *
read_output(struct crew *crew, const struct seat *seat)
{
    struct stat status;
    ssize_t got = 0;
    if (fstat(seat->output, &status) == 0) {
        off_t start = status.st_size > (off_t)OUTPUT_TAIL ? status.st_size - (off_t)OUTPUT_TAIL : 0;
        got = pread(seat->output, crew->tail, OUTPUT_TAIL, start);
    }
    crew->tail[got > 0 ? got : 0] = '\0';
    return crew->tail;
}

/* What executions say that end well interests nobody, and must not fill the memory. */
static void
drop_output(const struct seat *seat)
{
    struct stat status;
    if (fstat(seat->output, &status) == 0 && status.st_size > OUTPUT_MAX &&
        ftruncate(seat->output, 0) != 0) {
        return;
    }
}

static void
retire_if_large(const struct seat *seat, size_t memory_max)
{
    char path[32];
    size_t pages = 0;
    snprintf(path, sizeof(path), "/proc/%d/statm", (int)seat->pid);
    FILE *file = memory_max > 0 ? fopen(path, "r") : NULL;
    if (file == NULL) {
        return;
    }
    if (fscanf(file, "%*u %zu", &pages) == 1 &&
        pages > memory_max / (size_t)sysconf(_SC_PAGESIZE)) {
        atomic_store(&seat->worker.channel->retire, 1);
    }
    fclose(file);
}

static enum worker_answer
tell(struct crew *crew, struct seat *seat, enum worker_end end, int code)
{
    struct worker_news news = {
        .end = end,
        .code = code,
        .deaths = seat->deaths,
        .number = atomic_load(&seat->worker.channel->current),
        .seat = seat->worker.seat,
        .log = seat->worker.log,
        .output = read_output(crew, seat),
    };
    enum worker_answer answer = crew->job->on_news(&news, crew->job->argument);
    if (answer == WORKER_STOP) {
        stop(crew);
    }
    return answer;
}

/* A worker is gone. Whose fault was it, and where does the next one begin? */
static void
bury(struct crew *crew, struct seat *seat)
{
    int status = 0;
    waitpid(seat->pid, &status, 0);
    seat->pid = 0;
    close(seat->socket);
    seat->socket = -1;
    struct worker_channel *channel = seat->worker.channel;
    if (atomic_load(&channel->finished)) {
        return;
    }

    enum worker_end end = seat->stuck           ? WORKER_STUCK
                          : WIFSIGNALED(status) ? WORKER_SIGNALLED
                                                : WORKER_EXITED;
    int code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    uint64_t current = atomic_load(&channel->current);
    seat->next = current;
    if (seat->dead_number != current) {
        seat->dead_number = current;
        seat->deaths = seat->idle_deaths = 0;
    }
    if (seat->worker.log->running) {
        enum worker_answer answer = tell(crew, seat, end, code);
        seat->deaths++;
        seat->next = answer == WORKER_REPEAT ? current : number_after(crew->job, current);
    } else if (atomic_load(&channel->told)) {
        seat->next = number_after(crew->job, current);
    } else if (++seat->idle_deaths ==
               (WIFSIGNALED(status) && code == SIGKILL ? IDLE_KILLS_MAX : IDLE_DEATHS_MAX)) {
        crew->error = ECHILD;
        stop(crew);
    }

    if (crew->stopping || seat->next >= crew->job->numbers) {
        atomic_store(&channel->finished, 1);
    } else if (!start_worker(crew, seat)) {
        crew->error = errno;
        atomic_store(&channel->finished, 1);
        stop(crew);
    }
}

static void
hear(struct crew *crew, struct seat *seat)
{
    char byte = 0;
    if (read(seat->socket, &byte, 1) != 1) {
        bury(crew, seat);
        return;
    }
    tell(crew, seat, WORKER_REPORTED, 0);
    atomic_store(&seat->worker.channel->told, 1);
    /* If it has died meanwhile, the end of file will say so. */
    send(seat->socket, &byte, 1, MSG_NOSIGNAL);
}

static void
check_stuck(struct seat *seat)
{
    clockid_t clock;
    const struct heddle_log *log = seat->worker.log;
    if (!log->running || clock_getcpuclockid(seat->pid, &clock) != 0) {
        seat->beat_number = NUMBER_NONE;
        return;
    }
    uint64_t number = atomic_load(&seat->worker.channel->current);
    int64_t cpu_ms = now_ms(clock);
    /* The other sanitizers have told the log by then, and are writing their report. */
    int64_t patience_ms = log->result.verdict == HEDDLE_OK ? WORKER_STUCK_MS : 10 * WORKER_STUCK_MS;
    if (seat->beat_number != number || seat->beat != log->beat) {
        seat->beat_number = number;
        seat->beat = log->beat;
        seat->beat_cpu_ms = cpu_ms;
    } else if (cpu_ms - seat->beat_cpu_ms >= patience_ms) {
        seat->stuck = true;
        kill(seat->pid, SIGKILL);
    }
}

static uint64_t
settled_below(const struct crew *crew)
{
    uint64_t below = UINT64_MAX;
    for (unsigned i = 0; i < crew->job->jobs; i++) {
        const struct worker_channel *channel = crew->seats[i].worker.channel;
        uint64_t current = atomic_load(&channel->current);
        if (!atomic_load(&channel->finished) && current < below) {
            below = current;
        }
    }
    return below;
}

/* Waits for something to happen, up to a tick. Returns: false if no worker is left. */
static bool
wait_for_news(struct crew *crew)
{
    struct pollfd polled[WORKER_JOBS_MAX];
    bool anybody = false;
    for (unsigned i = 0; i < crew->job->jobs; i++) {
        polled[i] = (struct pollfd){.fd = crew->seats[i].socket, .events = POLLIN};
        anybody = anybody || crew->seats[i].pid > 0;
    }
    if (!anybody || poll(polled, crew->job->jobs, TICK_MS) < 0) {
        return anybody;
    }
    for (unsigned i = 0; i < crew->job->jobs; i++) {
        struct seat *seat = &crew->seats[i];
        if (seat->pid > 0 && polled[i].revents != 0) {
            hear(crew, seat);
        } else if (seat->pid > 0) {
            check_stuck(seat);
            drop_output(seat);
            retire_if_large(seat, crew->job->memory_max);
        }
    }
    return true;
}

static void
run_crew(struct crew *crew)
{
    const struct worker_job *job = crew->job;
    int64_t end_ms = now_ms(CLOCK_MONOTONIC) + (int64_t)(job->seconds * 1000);
    while (wait_for_news(crew)) {
        if (!crew->stopping && job->on_settled != NULL &&
            job->on_settled(settled_below(crew), job->argument) == WORKER_STOP) {
            stop(crew);
        }
        bool late = job->seconds > 0 && now_ms(CLOCK_MONOTONIC) >= end_ms;
        if (!crew->stopping && (late || (stop_requested && !job->unstoppable))) {
            stop(crew);
        }
    }
    if (job->on_settled != NULL && crew->error == 0) {
        job->on_settled(UINT64_MAX, job->argument);
    }
}

bool
worker_run(const struct worker_job *job)
{
    struct crew *crew = calloc(1, sizeof(*crew));
    struct seat *seats = calloc(job->jobs, sizeof(*seats));
    bool ok = crew != NULL && seats != NULL;
    unsigned ready = 0;
    if (ok) {
        crew->job = job;
        crew->seats = seats;
        for (; ok && ready < job->jobs; ready++) {
            ok = init_seat(&seats[ready], job, ready);
        }
    }
    for (unsigned i = 0; ok && i < job->jobs; i++) {
        ok = start_worker(crew, &seats[i]);
    }
    int error = errno;
    if (ok) {
        run_crew(crew);
        error = crew->error;
        ok = error == 0;
    }
    for (unsigned i = 0; i < ready; i++) {
        fini_seat(&seats[i]);
    }
    free(seats);
    free(crew);
    errno = error;
    return ok;
}
