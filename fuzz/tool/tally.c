/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Mapping a tally, and reading one.
 */
#include "tool/tally.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* "tally", and the size: another layout has another one. */
#define TALLY_MAGIC (UINT64_C(0x74616c6c79) << 24 | sizeof(struct tally))

struct tally *
tally_open(const char *path)
{
    struct tally *tally = MAP_FAILED;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) {
        return NULL;
    }
    /* With its blocks, since a full disk would kill whoever writes to a hole of the mapping. */
    errno = ftruncate(file, sizeof(*tally)) == 0 ? posix_fallocate(file, 0, sizeof(*tally)) : errno;
    if (errno == 0) {
        tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    }
    int error = errno;
    close(file);
    errno = error;
    if (tally == MAP_FAILED) {
        return NULL;
    }
    if (tally->magic != TALLY_MAGIC) {
        memset(tally, 0, sizeof(*tally));
        tally->magic = TALLY_MAGIC;
    }
    return tally;
}

bool
tally_read(const char *path, struct tally *tally)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    ssize_t size = read(file, tally, sizeof(*tally));
    close(file);
    return size == (ssize_t)sizeof(*tally) && tally->magic == TALLY_MAGIC;
}

void
tally_add(struct tally *sum, const struct tally *tally)
{
    sum->runs += tally->runs;
    sum->passed_over += tally->passed_over;
    sum->doubled += tally->doubled;
    sum->pairs = tally->pairs > sum->pairs ? tally->pairs : sum->pairs;
    laboratory_add_totals(&sum->totals, &tally->totals);
}
