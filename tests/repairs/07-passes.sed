# SPDX-License-Identifier: BSD-2-Clause
# sha256 3578ee73fe2ad56767f33730903829e90a426bbdcf2c069d122f2900459483c2
#
# Repairs: register and unregister begin at the head of the list again after each stack that made
# them let go of the lock, and for each birth that they meet.
# Promise: 25: they visit each stack a bounded number of times, whatever others create meanwhile.
#
# A pass is over the stacks that are listed at its beginning, and over each once: the others, and
# those that it is done with, are passed over without their locks.
#
# Why it is right:
# 1. What is listed later needs no pass: a birth decides in the section of the global lock that
#    lists it whether the module is its own business. That section is after the one in which
#    register marked the module as there, or unregister as dying.
# 2. Once the function was applied to a stack, none of that module's callbacks is wanted or running
#    there that this pass is for: it waited for what ran, and called what was due.
# 3. A stack that was freed is met no more. Another one at its address is a newborn: see 1; that it
#    may be visited does no harm.

618i\
struct repair_visit {\
    netstack_t *stack; /* NULL: done, or not needed */\
    struct repair_visit *next;\
};\
\
static void\
repair_pass_end(struct repair_visit *visit)\
{\
    while (visit != NULL) {\
        struct repair_visit *next = visit->next;\
        kmem_free(visit, sizeof (struct repair_visit));\
        visit = next;\
    }\
}\
\
/* Returns with the global lock, and a visit for each stack that is listed. */\
static struct repair_visit *\
repair_pass_begin(void)\
{\
    struct repair_visit *visits = NULL;\
    for (;;) {\
        uint_t missing = 0;\
        struct repair_visit *visit = visits;\
        mutex_enter(&netstack_g_lock);\
        for (netstack_t *stack = netstack_head; stack != NULL; stack = stack->netstack_next) {\
            if (visit == NULL) {\
                missing++;\
                continue;\
            }\
            visit->stack = stack;\
            visit = visit->next;\
        }\
        if (missing == 0) {\
            for (; visit != NULL; visit = visit->next) {\
                visit->stack = NULL;\
            }\
            return visits;\
        }\
        mutex_exit(&netstack_g_lock);\
        for (; missing > 0; missing--) {\
            visit = kmem_zalloc(sizeof (struct repair_visit), KM_SLEEP);\
            visit->next = visits;\
            visits = visit;\
        }\
    }\
}\
\
static struct repair_visit *\
repair_pass_find(struct repair_visit *visit, const netstack_t *stack)\
{\
    while (visit != NULL && visit->stack != stack) {\
        visit = visit->next;\
    }\
    return visit;\
}\

621i\
    struct repair_visit *visits;
623c\
    visits = repair_pass_begin();
625a\
        if (repair_pass_find(visits, ns) == NULL) {\
            ns = ns->netstack_next;\
            continue;\
        }
629a\
            repair_pass_find(visits, ns)->stack = NULL;
632a\
            repair_pass_find(visits, ns)->stack = NULL;
636a\
    repair_pass_end(visits);
