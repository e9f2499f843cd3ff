/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Whole scenes, told line by line (telling.c).
 */
#include "telling.h"

static uint32_t epochs[NS_MAX]; /* of the last registration */

void
registers(uint16_t task, uint8_t module, uint32_t epoch)
{
    epochs[module] = epoch;
    calls_register(task, module, epoch, true);
    runs(task, PHASE_CREATE, GLOBAL, module, epoch);
    returns_register(task, module, epoch, 0);
}

void
unregisters(uint16_t task, uint8_t module)
{
    calls_unregister(task, module);
    runs(task, PHASE_SHUTDOWN, GLOBAL, module, epochs[module]);
    runs(task, PHASE_DESTROY, GLOBAL, module, epochs[module]);
    returns_unregister(task, module, 0);
}

void
boots(uint16_t task, uint32_t stack, uint8_t module, uint32_t epoch)
{
    calls(task, VERB_ZONE_CREATE);
    born(task, stack);
    if (module < NS_MAX) {
        starts(task, PHASE_CREATE, stack, module, epoch);
        ends(task, PHASE_CREATE, stack, module, epoch);
    }
    attached(task, (int)stack, stack);
    returns_of_zone(task, VERB_ZONE_CREATE, (int)stack, 0);
}

void
halts(uint16_t task, uint32_t stack, uint8_t module, uint32_t epoch)
{
    calls_of_zone(task, VERB_ZONE_DESTROY, (int)stack);
    detaching(task, (int)stack, stack);
    if (module < NS_MAX) {
        runs(task, PHASE_SHUTDOWN, stack, module, epoch);
    }
    probes(task, KERNEL_PROBE_netstack__dec__numzones, stack, 0xff);
    probes(task, KERNEL_PROBE_netstack__dec__ref, stack, 0xff);
    returns_of_zone(task, VERB_ZONE_DESTROY, (int)stack, 0);
}

void
is_reaped(uint16_t task, uint32_t stack, uint8_t module, uint32_t epoch)
{
    if (module < NS_MAX) {
        runs(task, PHASE_DESTROY, stack, module, epoch);
    }
    freed(task, stack);
}

void
finds(uint16_t task, uint32_t stack)
{
    calls_of_zone(task, VERB_FIND_BY_STACKID, -1);
    holds(task, stack);
    returns_with(task, VERB_FIND_BY_STACKID, -1, stack);
}

void
gives_back(uint16_t task, uint32_t stack)
{
    calls(task, VERB_RELE);
    releases(task, stack);
    returns(task, VERB_RELE, 0);
}

void
asks(uint16_t task, enum netstack_verb verb, int id, uint32_t given)
{
    calls_of_zone(task, verb, id);
    if (given != 0) {
        holds(task, given);
    }
    returns_with(task, verb, id, given);
    if (given != 0) {
        calls_with(task, VERB_RELE, given);
        releases(task, given);
        returns(task, VERB_RELE, 0);
    }
}

void
begins_to_halt(uint16_t task, uint32_t stack)
{
    detaching(task, (int)stack, stack);
    calls_of_zone(task, VERB_ZONE_DESTROY, (int)stack);
}

void
has_halted(uint16_t task, uint32_t stack)
{
    probes(task, KERNEL_PROBE_netstack__dec__numzones, stack, 0xff);
    probes(task, KERNEL_PROBE_netstack__dec__ref, stack, 0xff);
    returns_of_zone(task, VERB_ZONE_DESTROY, (int)stack, 0);
}

void
is_put_away(void)
{
    halts(ANN, STACK, NS_MAX, 0);
    freed(REAPER, STACK);
    rests();
}
