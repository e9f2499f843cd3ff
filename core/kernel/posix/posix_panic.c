/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The end of the program: says where and why on standard error, then aborts, so that a core
 * file and a debugger see the state as it was. Nothing is unwound or freed.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/posix/posix_backend.h"

void
kernel_panic_at(kernel_site_t site, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "panic: %s:%d: %s: ", site->file, site->line, site->function);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

void
kernel_verify_failed(const char *claim, kernel_site_t site)
{
    kernel_panic_at(site, "not true: %s", claim);
}

void
posix_check(int error, const char *call, kernel_site_t site)
{
    if (error != 0) {
        kernel_panic_at(site, "%s: %s", call, strerror(error));
    }
}
