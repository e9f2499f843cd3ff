/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The view's part that knows the registrations: by epoch, from the call of register to the return
 * of the unregister that was of it.
 */
#include "netstack/oracles/view_parts.h"

#include <string.h>

static struct view_registration registrations[VIEW_REGISTRATIONS_MAX]; /* by epoch, from 1 */
static uint32_t registrations_end; /* the highest epoch seen, and one */
static uint16_t unregisters_running[NS_MAX];
static uint32_t unregistered_since[NS_MAX]; /* the last return of one that went well */

void
view__begin_registrations(void)
{
    memset(registrations, 0, registrations_end * sizeof(registrations[0]));
    registrations_end = 0;
    memset(unregisters_running, 0, sizeof(unregisters_running));
    memset(unregistered_since, 0, sizeof(unregistered_since));
}

struct view_registration *
view_registration_find(uint32_t epoch)
{
    if (epoch >= registrations_end || registrations[epoch].epoch == 0) {
        return NULL;
    }
    return &registrations[epoch];
}

struct view_registration *
view_registration_at(uint32_t epoch)
{
    return epoch < registrations_end ? &registrations[epoch] : NULL;
}

bool
view_registration_stands(const struct view_registration *registration)
{
    return registration->state == REGISTRATION_STANDS &&
           unregisters_running[registration->module] == 0;
}

void
view__take_register_call(const struct observation *what)
{
    if (what->epoch == 0 || what->epoch >= VIEW_REGISTRATIONS_MAX || what->module >= NS_MAX) {
        return;
    }
    struct view_registration *registration = &registrations[what->epoch];
    registration->epoch = what->epoch;
    registration->module = what->module;
    registration->shutdown_given = what->shutdown_given;
    view.modules |= 1u << what->module;
    registration->state = REGISTRATION_CALLED;
    registration->called_since = view.now;
    registration->stands_since = 0;
    if (what->epoch >= registrations_end) {
        registrations_end = what->epoch + 1;
    }
}

void
view__take_register_return(const struct observation *what)
{
    struct view_registration *registration = view_registration_find(what->epoch);
    view.registration = registration;
    if (registration == NULL) {
        return;
    }
    if (what->result != 0) {
        registration->state = REGISTRATION_REFUSED;
        return;
    }
    registration->stands_since = view.now;
    if (registration->state == REGISTRATION_CALLED) {
        registration->state = REGISTRATION_STANDS;
    }
    /* It got the slot, so whatever stood there before it was called is gone. */
    for (uint32_t epoch = 1; epoch < registrations_end; epoch++) {
        struct view_registration *other = &registrations[epoch];
        if (other->epoch != 0 && other->module == registration->module &&
            other->state == REGISTRATION_UNCLEAR && other->stands_since != 0 &&
            other->stands_since < registration->called_since) {
            other->state = REGISTRATION_GONE;
        }
    }
}

void
view__take_unregister_call(const struct observation *what)
{
    if (what->module >= NS_MAX) {
        return;
    }
    unregisters_running[what->module]++;
}

/* Might this registration of the module hold the slot, for all that is known? */
static bool
may_stand(const struct view_registration *registration, uint8_t module)
{
    return registration->epoch != 0 && registration->module == module &&
           (registration->state == REGISTRATION_CALLED ||
            registration->state == REGISTRATION_STANDS ||
            registration->state == REGISTRATION_UNCLEAR);
}

/*
 * Which registration an unregister was of, its return does not say: others may have come and gone.
 * (a) It was of that whose callbacks it ran. (b) If no other unregister of the module went well or
 * is under way since it was called, it was of the one that stood then, for nobody else could end
 * that. (c) If only one can be meant, it is that one. Else NULL.
 */
static struct view_registration *
unregistered_by(const struct view_frame *frame, uint8_t module, bool alone)
{
    struct view_registration *seen = view_registration_find(frame->epoch_seen);
    if (seen != NULL) {
        return seen;
    }
    struct view_registration *only = NULL;
    uint32_t possible = 0;
    for (uint32_t epoch = 1; epoch < registrations_end; epoch++) {
        struct view_registration *registration = &registrations[epoch];
        if (!may_stand(registration, module)) {
            continue;
        }
        if (alone && registration->state == REGISTRATION_STANDS &&
            registration->stands_since < frame->since) {
            return registration;
        }
        only = registration;
        possible++;
    }
    return possible == 1 && only->state != REGISTRATION_UNCLEAR ? only : NULL;
}

void
view__take_unregister_return(const struct observation *what)
{
    uint8_t module = what->module;
    if (module >= NS_MAX) {
        return;
    }
    if (unregisters_running[module] > 0) {
        unregisters_running[module]--;
    }
    if (what->result != 0) {
        return;
    }
    bool alone = unregisters_running[module] == 0 && unregistered_since[module] < view.call->since;
    unregistered_since[module] = view.now;
    view.registration = unregistered_by(view.call, module, alone);
    if (view.registration != NULL) {
        view.registration->state = REGISTRATION_GONE;
        return;
    }
    for (uint32_t epoch = 1; epoch < registrations_end; epoch++) {
        if (may_stand(&registrations[epoch], module)) {
            registrations[epoch].state = REGISTRATION_UNCLEAR;
        }
    }
}
