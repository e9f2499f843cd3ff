/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Registering and unregistering modules. Each registration gets an epoch of its own, and a set of
 * callbacks that no other registration has at the time.
 */
#include "netstack/comparison.h"
#include "netstack/operate.h"

/* The free set of callbacks that was freed longest ago; NULL if all are in use. */
static struct variant *
find_free_variant(uint16_t module)
{
    struct variant *oldest = NULL;
    for (uint32_t i = 0; i < VARIANTS; i++) {
        struct variant *variant = &adapter.now.variants[module][i];
        if (variant->state == VARIANT_FREE && (oldest == NULL || variant->freed < oldest->freed)) {
            oldest = variant;
        }
    }
    return oldest;
}

static void
free_variant(struct variant *variant)
{
    variant->state = VARIANT_FREE;
    variant->unregistering = false;
    variant->freed = ++adapter.now.frees;
}

/* The set that is in use, if it is one only; `count`: how many are. */
static struct variant *
find_used_variant(uint8_t module, uint32_t *count)
{
    struct variant *used = NULL;
    *count = 0;
    for (uint32_t i = 0; i < VARIANTS; i++) {
        struct variant *variant = &adapter.now.variants[module][i];
        if (variant->state != VARIANT_FREE) {
            used = variant;
            (*count)++;
        }
    }
    return *count == 1 ? used : NULL;
}

/*
 * Where the subject leaves it to its clients to order loading and unloading, they do, and TSan sees
 * it.
 */
static void
take_module(uint8_t module)
{
    if (adapter_differs(CONTRACT_UNREGISTER_ASSERTS)) {
        handover_take(&adapter.now.modules[module]);
    }
}

static void
give_module(uint8_t module)
{
    if (adapter_differs(CONTRACT_UNREGISTER_ASSERTS)) {
        handover_give(&adapter.now.modules[module]);
    }
}

int
operate_register(struct operation *op)
{
    uint8_t module = (uint8_t)op->arguments[0];
    bool with_shutdown = op->arguments[1] == 0;
    uint32_t used;
    (void)find_used_variant(module, &used);
    if (adapter_must_not_block()) {
        return EDEADLK;
    }
    if (adapter_differs(CONTRACT_REGISTER_ASSERTS) && used > 0) {
        return EEXIST;
    }
    struct variant *variant = find_free_variant(module);
    if (variant == NULL) {
        return OPERATION_SKIPPED;
    }
    uint32_t epoch = ++adapter.now.epochs;
    variant->epoch = epoch;
    variant->step = comparison_step();
    variant->state = VARIANT_CALLED;
    const struct module_shims *shims =
        &module_shims[module][variant - adapter.now.variants[module]];

    struct call call;
    call_init(&call, VERB_REGISTER);
    call.see.module = module;
    call.see.epoch = epoch;
    call.see.shutdown_given = with_shutdown;
    call_tell(&call);
    take_module(module);
    int error = adapter.subject->register_module(
        module, shims->create, with_shutdown ? shims->shutdown : NULL, shims->destroy);
    give_module(module);

    /*
     * Others may have unregistered it before this returned, and the set may serve another one now.
     */
    if (variant->epoch == epoch && variant->state == VARIANT_CALLED) {
        if (error != 0) {
            free_variant(variant);
        } else {
            variant->state = VARIANT_STANDS;
        }
    }
    return call_return(&call, error);
}

/* What the core would answer, for a subject that asserts instead; 0: go on. */
static int
answer_unregister(uint8_t module)
{
    uint32_t used;
    const struct variant *variant = find_used_variant(module, &used);
    if (used == 0) {
        return ENOENT;
    }
    if (variant == NULL || variant->state != VARIANT_STANDS || variant->unregistering) {
        return EBUSY;
    }
    return 0;
}

static void
free_unregistered(uint8_t module, uint32_t epoch)
{
    uint32_t used;
    struct variant *only = find_used_variant(module, &used);
    if (only != NULL && (epoch == 0 || only->epoch == epoch)) {
        free_variant(only);
        return;
    }
    for (uint32_t i = 0; i < VARIANTS; i++) {
        struct variant *variant = &adapter.now.variants[module][i];
        if (variant->state != VARIANT_FREE && variant->epoch == epoch) {
            free_variant(variant);
        }
    }
}

int
operate_unregister_module(uint8_t module)
{
    if (adapter_must_not_block()) {
        return EDEADLK;
    }
    bool answers = adapter_differs(CONTRACT_UNREGISTER_ASSERTS);
    int answer = answers ? answer_unregister(module) : 0;
    if (answer != 0) {
        return answer;
    }
    uint32_t used;
    struct variant *variant = find_used_variant(module, &used);
    if (variant != NULL && answers) {
        variant->unregistering = true;
    }
    struct call call;
    call_init(&call, VERB_UNREGISTER);
    call.see.module = module;
    call_tell(&call);
    take_module(module);
    int error = adapter.subject->unregister_module(module);
    give_module(module);
    if (error == 0) {
        free_unregistered(module, call.epoch_seen);
    }
    return call_return(&call, error);
}

int
operate_unregister(struct operation *op)
{
    return operate_unregister_module((uint8_t)op->arguments[0]);
}

/* --- what must be refused ------------------------------------------------------------------ */

enum bad_registration { BAD_ID_HIGH, BAD_ID_NEGATIVE, BAD_NO_CREATE, BAD_NO_DESTROY };

int
operate_register_bad(struct operation *op)
{
    if (adapter_must_not_block()) {
        return EDEADLK;
    }
    if (adapter_differs(CONTRACT_REGISTER_ASSERTS)) {
        return EINVAL;
    }
    enum bad_registration how = (enum bad_registration)op->arguments[0];
    int module = how == BAD_ID_HIGH ? MODULES : how == BAD_ID_NEGATIVE ? -1 : 0;
    const struct module_shims *shims = &module_shims[0][0];
    struct call call;
    call_init(&call, VERB_REGISTER_BAD);
    call_tell(&call);
    int error = adapter.subject->register_module(
        module, how == BAD_NO_CREATE ? NULL : shims->create, shims->shutdown,
        how == BAD_NO_DESTROY ? NULL : shims->destroy);
    MUST(error != 0, "a registration without an id or a callback is refused");
    return call_return(&call, error);
}

int
operate_unregister_bad(struct operation *op)
{
    if (adapter_must_not_block()) {
        return EDEADLK;
    }
    if (adapter_differs(CONTRACT_UNREGISTER_ASSERTS)) {
        return EINVAL;
    }
    struct call call;
    call_init(&call, VERB_UNREGISTER_BAD);
    call_tell(&call);
    int error = adapter.subject->unregister_module(op->arguments[0] == BAD_ID_HIGH ? MODULES : -1);
    MUST(error != 0, "unregistering without an id is refused");
    return call_return(&call, error);
}
