/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The view's part that knows the registrations: by epoch, from the call of register to the return of the
 * unregister that was of it.
 */
#include "netstack/oracles/view_parts.h"

#include <string.h>

static struct view_registration registrations[VIEW_REGISTRATIONS_MAX]; /* by epoch, from 1 */
static uint32_t registrations_end; /* the highest epoch seen, and one */
static uint16_t unregisters_running[NS_MAX];
static bool unregisters_met[NS_MAX]; /* two of them ran at once, and one still does */

void
view__begin_registrations(void)
{
    memset(registrations, 0, registrations_end * sizeof(registrations[0]));
    registrations_end = 0;
    memset(unregisters_running, 0, sizeof(unregisters_running));
    memset(unregisters_met, 0, sizeof(unregisters_met));
}

struct view_registration *
view_registration_find(uint32_t epoch)
{
    if (epoch >= registrations_end || registrations[epoch].epoch == 0) {
        return NULL;
    }
    return &registrations[epoch];
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
    registration->unregister_called = unregisters_running[what->module] > 0;
    registration->state = REGISTRATION_CALLED;
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
    } else if (registration->state == REGISTRATION_CALLED) {
        registration->state = REGISTRATION_STANDS;
        registration->stands_since = view.now;
    }
}

void
view__take_unregister_call(const struct observation *what)
{
    if (what->module >= NS_MAX) {
        return;
    }
    if (++unregisters_running[what->module] > 1) {
        unregisters_met[what->module] = true;
    }
    for (uint32_t epoch = 1; epoch < registrations_end; epoch++) {
        if (registrations[epoch].epoch != 0 && registrations[epoch].module == what->module) {
            registrations[epoch].unregister_called = true;
        }
    }
}

/* Might this registration of the module hold the slot, for all that is known? */
static bool
may_stand(const struct view_registration *registration, uint8_t module)
{
    return registration->epoch != 0 && registration->module == module &&
           registration->state <= REGISTRATION_STANDS;
}

/*
 * Which registration an unregister was of, its return does not say: others may have come and gone.
 * (a) If no other unregister of the module ran beside it, it was of the one that stood when it was
 * called, for nobody else could end that. (b) If only one can be meant, it is that one. Else NULL.
 */
static struct view_registration *
unregistered_by(const struct view_frame *frame, uint8_t module, bool met)
{
    struct view_registration *only = NULL;
    uint32_t possible = 0;
    for (uint32_t epoch = 1; epoch < registrations_end; epoch++) {
        struct view_registration *registration = &registrations[epoch];
        if (!may_stand(registration, module)) {
            continue;
        }
        if (!met && registration->state == REGISTRATION_STANDS &&
            registration->stands_since < frame->since) {
            return registration;
        }
        only = registration;
        possible++;
    }
    return possible == 1 ? only : NULL;
}

void
view__take_unregister_return(const struct observation *what)
{
    uint8_t module = what->module;
    if (module >= NS_MAX) {
        return;
    }
    bool met = unregisters_met[module];
    if (unregisters_running[module] > 0 && --unregisters_running[module] == 0) {
        unregisters_met[module] = false;
    }
    if (what->result != 0) {
        return;
    }
    view.registration = unregistered_by(view.call, module, met);
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
