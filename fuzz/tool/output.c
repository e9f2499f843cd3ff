/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writing under a temporary name, then renaming.
 */
#include "tool/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
write_all(int file, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(file, bytes, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            errno = written == 0 ? EIO : errno;
            return false;
        }
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

static int
write_in_place(const char *path, const void *bytes, size_t size)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) {
        return errno;
    }
    int error = write_all(file, bytes, size) ? 0 : errno;
    if (close(file) != 0 && error == 0) {
        error = errno;
    }
    return error;
}

static mode_t
file_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static int
write_and_rename(const char *path, const void *bytes, size_t size)
{
    char temporary[PATH_MAX];
    int length = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
    if (length < 0 || (size_t)length >= sizeof(temporary)) {
        return ENAMETOOLONG;
    }
    int file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0) {
        return errno;
    }
    int error = 0;
    /* Without fsync a crash of the machine could leave the name with nothing behind it. */
    if (!write_all(file, bytes, size) || fchmod(file, file_mode()) != 0 || fsync(file) != 0) {
        error = errno;
    }
    if (close(file) != 0 && error == 0) {
        error = errno;
    }
    if (error == 0 && rename(temporary, path) != 0) {
        error = errno;
    }
    if (error != 0) {
        unlink(temporary);
    }
    return error;
}

int
output_write(const char *path, const void *bytes, size_t size)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return errno == ENOENT ? write_and_rename(path, bytes, size) : errno;
    }
    if (S_ISDIR(status.st_mode)) {
        return EISDIR;
    }
    if (!S_ISREG(status.st_mode)) {
        return write_in_place(path, bytes, size);
    }
    /* A link stays a link: what it points to is replaced. */
    char *real = realpath(path, NULL);
    if (real == NULL) {
        return errno;
    }
    int error = write_and_rename(real, bytes, size);
    free(real);
    return error;
}

enum tool_exit
output_exit(int error)
{
    switch (error) {
    case EISDIR:
    case ENOENT:
    case ENOTDIR:
    case EACCES:
    case EPERM:
    case ENAMETOOLONG:
        return TOOL_USAGE;
    default:
        return TOOL_ENVIRONMENT;
    }
}

int
output_make_directory(const char *path)
{
    struct stat status;
    char *partial = strdup(path);
    if (partial == NULL) {
        return errno;
    }
    for (char *slash = strchr(partial + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(partial, 0777);
        *slash = '/';
    }
    free(partial);
    if (mkdir(path, 0777) == 0) {
        return 0;
    }
    int error = errno;
    if (error == EEXIST && stat(path, &status) == 0) {
        return S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
    }
    return error;
}

/* Of a path, the part that is there already: a file or a directory. */
static void
existing_part(const char *path, char part[PATH_MAX])
{
    struct stat status;
    snprintf(part, PATH_MAX, "%s", path);
    while (stat(part, &status) != 0 && errno == ENOENT) {
        char *slash = strrchr(part, '/');
        if (slash == NULL) {
            snprintf(part, PATH_MAX, ".");
            return;
        }
        slash[slash == part ? 1 : 0] = '\0';
    }
}

bool
output_is_usable(const char *option, const char *path)
{
    char part[PATH_MAX], probe[PATH_MAX + 16];
    if (path[0] == '\0') {
        command_complain("%s: needs the name of a directory", option);
        return false;
    }
    existing_part(path, part);
    snprintf(probe, sizeof(probe), "%s/heddle-XXXXXX", part);
    if (mkdtemp(probe) == NULL) {
        command_complain("%s: %s: nothing can be written in %s: %s", option, path, part,
                         strerror(errno));
        return false;
    }
    rmdir(probe);
    return true;
}

bool
output_is_file(const char *path, const char *other)
{
    struct stat a, b;
    return stat(path, &a) == 0 && stat(other, &b) == 0 && S_ISREG(a.st_mode) &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}
