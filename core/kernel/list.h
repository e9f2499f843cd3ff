/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Doubly linked lists, circular, the links inside their elements. A list is a link of its own;
 * an element that is in no list points at itself.
 */
#ifndef KERNEL_LIST_H
#define KERNEL_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct kernel_list {
    struct kernel_list *next, *prev;
};

/* The struct of which `pointer` points at the member. */
#define KERNEL_CONTAINER_OF(pointer, type, member)                                                 \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

static inline void
kernel_list_init(struct kernel_list *link)
{
    link->next = link;
    link->prev = link;
}

static inline bool
kernel_list_is_empty(const struct kernel_list *list)
{
    return list->next == list;
}

/* Puts a link that is in no list before another; before the list itself is its end. */
static inline void
kernel_list_insert_before(struct kernel_list *place, struct kernel_list *link)
{
    link->next = place;
    link->prev = place->prev;
    place->prev->next = link;
    place->prev = link;
}

static inline void
kernel_list_remove(struct kernel_list *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    kernel_list_init(link);
}

#endif
