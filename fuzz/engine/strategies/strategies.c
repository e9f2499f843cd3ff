/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of strategies. A file names one by its place here: only ever add at the end.
 */
#include "engine/strategy.h"

#include <string.h>

static const struct strategy *const strategies[] = {
    &strategy_fixed,    &strategy_random, &strategy_pct,     &strategy_round_robin,
    &strategy_pct_fair, &strategy_pos,    &strategy_urw,     &strategy_surw,
    &strategy_rff,      &strategy_period, &strategy_contend, &strategy_portfolio,
};

const struct strategy *
strategy_at(size_t index)
{
    return index < sizeof strategies / sizeof *strategies ? strategies[index] : NULL;
}

const struct strategy *
strategy_find(const char *name)
{
    for (size_t i = 0; strategy_at(i) != NULL; i++) {
        if (strcmp(strategy_at(i)->name, name) == 0) {
            return strategy_at(i);
        }
    }
    return NULL;
}

void
heddle_forget(void)
{
    for (size_t i = 0; strategy_at(i) != NULL; i++) {
        if (strategy_at(i)->forget != NULL) {
            strategy_at(i)->forget();
        }
    }
}

const char *
strategy_name(const struct strategy *strategy)
{
    return strategy->name;
}

const char *
strategy_summary(const struct strategy *strategy)
{
    return strategy->summary;
}

uint32_t
strategy_choose_uniform(const struct strategy_view *view, enum heddle_choice_kind kind,
                        uint32_t count)
{
    uint64_t hash = strategy_hash(view->seed, view->task, view->k, kind);
    switch (kind) {
    case HEDDLE_CHOICE_TIMEOUT:
        return strategy_below(hash, 4) == 0;
    case HEDDLE_CHOICE_SPURIOUS:
        return strategy_below(hash, 32) == 0;
    default:
        return strategy_below(hash, count);
    }
}
