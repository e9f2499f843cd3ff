/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Walks over the stacks in order of birth, for the core's own passes and for the public.
 *
 *   1. A cursor has a pin where it stands, and a pinned stack keeps its place (stack.c, 5): the
 *      cursor goes on from there even when that stack is unlinked, and meets every stack that
 *      stays listed, once.
 *   2. Births go to the tail, with ascending uids, and a cursor has the uid that was next when it
 *      began as its limit: it ends, whatever is born meanwhile.
 */
#include <string.h>

#include "netstack_impl.h"

#define service netstack__service

/* The next stack that is not gone, and within the limit. Requires: the service lock. */
static struct netstack__stack *
successor(const struct netstack__cursor *cursor)
{
    struct netstack__stack *stack;
    if (cursor->backward) {
        stack = cursor->at != NULL ? cursor->at->previous : service.tail;
        while (stack != NULL && (stack->stage == NETSTACK__GONE || stack->uid >= cursor->limit)) {
            stack = stack->previous;
        }
        return stack;
    }
    stack = cursor->at != NULL ? cursor->at->next : service.head;
    while (stack != NULL && stack->stage == NETSTACK__GONE) {
        stack = stack->next;
    }
    return stack != NULL && stack->uid < cursor->limit ? stack : NULL;
}

/* Asks for the memory of the stack that comes after: it arrives while this one is visited. */
static void
fetch_ahead(const struct netstack__cursor *cursor)
{
    const struct netstack__stack *at = cursor->at;
    const struct netstack__stack *ahead = cursor->backward ? at->previous : at->next;
    if (ahead != NULL) {
        __builtin_prefetch(ahead->shown.netstack_m_state);
        __builtin_prefetch(&ahead->shown.netstack_lock);
        __builtin_prefetch(&ahead->word);
        __builtin_prefetch(&ahead->next);
    }
}

/* Moves the cursor, with its pin, to the next stack or to none. */
static void
advance(struct netstack__cursor *cursor)
{
    struct netstack__stack *left = cursor->at;
    kernel_mutex_enter(&service.lock);
    cursor->at = successor(cursor);
    if (cursor->at != NULL) {
        cursor->at->pins++;
        fetch_ahead(cursor);
    }
    bool last = left != NULL && netstack__unpin_locked(left);
    kernel_mutex_exit(&service.lock);
    if (last) {
        netstack__free(left);
    }
}

void
netstack__cursor_init(struct netstack__cursor *cursor, uint64_t limit, bool backward)
{
    *cursor = (struct netstack__cursor){.limit = limit, .backward = backward};
}

struct netstack__stack *
netstack__cursor_next(struct netstack__cursor *cursor)
{
    if (!cursor->ended) {
        advance(cursor);
        cursor->ended = cursor->at == NULL;
    }
    return cursor->at;
}

void
netstack__cursor_fini(struct netstack__cursor *cursor)
{
    if (cursor->at != NULL) {
        netstack__unpin(cursor->at);
        cursor->at = NULL;
    }
    cursor->ended = true;
}

/* --- for the public: the cursor lies in the handle ------------------------------------------- */

_Static_assert(sizeof(struct netstack__cursor) <= sizeof(netstack_handle_t),
               "netstack_handle_t has room for a cursor");

static struct netstack__cursor
cursor_of(const netstack_handle_t *handle)
{
    struct netstack__cursor cursor;
    memcpy(&cursor, handle, sizeof(cursor));
    return cursor;
}

static void
keep(netstack_handle_t *handle, const struct netstack__cursor *cursor)
{
    memcpy(handle, cursor, sizeof(*cursor));
}

void
netstack_next_init(netstack_handle_t *handle)
{
    kernel_mutex_enter(&service.lock);
    uint64_t limit = service.next_uid;
    kernel_mutex_exit(&service.lock);

    struct netstack__cursor cursor;
    netstack__cursor_init(&cursor, limit, false);
    keep(handle, &cursor);
}

netstack_t *
netstack_next(netstack_handle_t *handle)
{
    struct netstack__cursor cursor = cursor_of(handle);
    struct netstack__stack *stack;
    do {
        stack = netstack__cursor_next(&cursor);
    } while (stack != NULL && !netstack__ref_if_active(stack));
    keep(handle, &cursor);
    if (stack == NULL) {
        return NULL;
    }
    netstack__ref_taken(stack, NULL, KERNEL_HERE);
    return &stack->shown;
}

void
netstack_next_fini(netstack_handle_t *handle)
{
    struct netstack__cursor cursor = cursor_of(handle);
    netstack__cursor_fini(&cursor);
    keep(handle, &cursor);
}
