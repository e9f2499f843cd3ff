/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Volume: so many of something, once, and then memory is what it was: what the seam gave out to the byte, while the
 * service stands and again when it has ended; what the process has of the system within reason, where no
 * sanitizer keeps freed memory.
 */
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "stress_watch.h"

#define RSS_SLACK_KIB 8192

/* glibc's own first value. Set, it stays: else each large block freed raises it, and later ones are kept. */
#define MMAP_THRESHOLD (128 * 1024)

#if defined(HEDDLE_ASAN) || defined(HEDDLE_TSAN)
#define RSS_MEANS_SOMETHING false
#else
#define RSS_MEANS_SOMETHING true
#endif

static uint64_t
rss_kib(void)
{
    uint64_t total, resident;
    malloc_trim(0);
    FILE *statm = fopen("/proc/self/statm", "r");
    STRESS_CHECK(statm != NULL);
    STRESS_CHECK(fscanf(statm, "%" SCNu64 " %" SCNu64, &total, &resident) == 2);
    fclose(statm);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}

static uint64_t
rss_highest_kib(void)
{
    struct rusage usage;
    STRESS_CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    return (uint64_t)usage.ru_maxrss;
}

static void
print_memory(const char *when, struct stress_memory memory, uint64_t kib)
{
    printf("  %-32s%" PRId64 " blocks, %" PRId64 " bytes of the seam; %" PRIu64 " KiB resident\n",
           when, memory.blocks, memory.bytes, kib);
}

void
stress_run_volume(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD);
    struct stress_memory before = stress_memory_read();
    stress_start();
    struct stress_memory standing = stress_memory_read();
    uint64_t standing_kib = rss_kib();
    uint64_t start_ns = kernel_time_ns();
    stress_program.volume(stress_options.count);
    stress_settle(1 + STRESS_PILLARS);
    double seconds = (double)(kernel_time_ns() - start_ns) / 1e9;
    struct stress_memory again = stress_memory_read();
    uint64_t again_kib = rss_kib();
    STRESS_CHECK(STRESS_POINTER(netstack_all_valid, netstack_all_valid()));
    STRESS_CHECK(zone_is_valid() && zone_count() == 1 + 2 * STRESS_PILLARS);
    stress_modules_check_at_rest(1 + STRESS_PILLARS);
    stress_end_all();
    struct stress_memory after = stress_memory_read();

    printf("%s: seed %" PRIu64 ", %" PRIu64 " in %.2f s\n", stress_program.name,
           stress_options.seed, stress_options.count, seconds);
    stress_watch_collect();
    stress_totals_print();
    print_memory("memory before", standing, standing_kib);
    print_memory("memory after", again, again_kib);
    printf("  %-32s%" PRIu64 " KiB resident\n", "memory at most", rss_highest_kib());
    printf("  %-32s%" PRIu64 " made, %" PRId64 " left\n", "allocations", after.allocations,
           after.blocks - before.blocks);
    STRESS_CHECK(again.blocks == standing.blocks && again.bytes == standing.bytes);
    STRESS_CHECK(after.blocks == before.blocks && after.bytes == before.bytes);
    STRESS_CHECK(!RSS_MEANS_SOMETHING || again_kib <= standing_kib + RSS_SLACK_KIB);
}
