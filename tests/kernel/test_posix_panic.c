/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The end of the program in the posix backend.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/kernel.h"

Test(posix_panic, panic_aborts, .signal = SIGABRT)
{
    kernel_panic("no such luck: %d", 13);
}

Test(posix_panic, a_claim_that_is_not_true_aborts, .signal = SIGABRT)
{
    VERIFY(1 + 1 == 3);
}

Test(posix_panic, a_claim_that_is_true_does_nothing)
{
    VERIFY(1 + 1 == 2);
}

static void
read_what_a_child_says(char *text, size_t size)
{
    int channel[2], status;
    pid_t child;
    size_t length = 0;
    ssize_t part;

    cr_assert_eq(pipe(channel), 0);
    child = fork();
    if (child == 0) {
        dup2(channel[1], STDERR_FILENO);
        kernel_panic("weather is %s", "bad");
    }
    close(channel[1]);
    while ((part = read(channel[0], text + length, size - 1 - length)) > 0) {
        length += (size_t)part;
    }
    text[length] = '\0';
    close(channel[0]);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

Test(posix_panic, it_says_where_and_why)
{
    char text[1000];

    read_what_a_child_says(text, sizeof(text));
    cr_assert_not_null(strstr(text, "panic: "));
    cr_assert_not_null(strstr(text, "test_posix_panic.c:"));
    cr_assert_not_null(strstr(text, "read_what_a_child_says: weather is bad\n"));
}
