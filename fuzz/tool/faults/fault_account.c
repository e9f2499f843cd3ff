/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Counting. Whether a fault was injected, the totals of its run say.
 */
#include "tool/faults/fault_account.h"

#include <string.h>

struct program_fault
fault_account_single(const struct fault_ledger *ledger, uint32_t index)
{
    const struct fault_single *single = &ledger->account->singles[index];
    return fault_table_fault(ledger->kinds, single->series, single->nth);
}

void
fault_account_begin(struct fault_room *room)
{
    memset(&room->run, 0, sizeof(room->run));
}

static void
note_first(const struct fault_ledger *ledger, struct fault_room *room, uint64_t signature,
           uint64_t key)
{
    for (uint32_t i = 0; i < room->first_count; i++) {
        if (room->firsts[i].signature == signature) {
            if (key < room->firsts[i].key) {
                room->firsts[i].key = key;
            }
            return;
        }
    }
    if (room->first_count == FAULT_FIRSTS_MAX) {
        ledger->account->full = true;
        return;
    }
    room->firsts[room->first_count++] = (struct fault_first){signature, key};
}

static void
account_probe(const struct fault_ledger *ledger, const struct fault_room *room, uint64_t number,
              const struct heddle_result *result)
{
    if (number == 0) {
        ledger->account->plain_verdict = (uint8_t)result->verdict;
        ledger->account->plain_signature = result->signature;
    } else {
        const struct fault_place *place = &ledger->kinds->places[number - 1];
        ledger->account->reached[number - 1] = room->run.faults[place->point] > 0;
    }
}

/* Returns: the run counts: it got as far as its fault. */
static bool
account_single(const struct fault_ledger *ledger, const struct fault_room *room, uint32_t series,
               const struct heddle_result *result)
{
    struct fault_account *account = ledger->account;
    struct fault_progress *progress = &ledger->progress[series];
    if (room->run.faults[ledger->kinds->series[series].fault.point] == 0) {
        progress->done = true;
        return false;
    }
    uint32_t index = atomic_fetch_add(&account->single_count, 1);
    if (index >= FAULT_SINGLES_MAX) {
        atomic_store(&account->single_count, FAULT_SINGLES_MAX);
        account->full = true;
        progress->done = true;
        return false;
    }
    account->singles[index] =
        (struct fault_single){.signature = result->verdict != HEDDLE_OK ? result->signature : 0,
                              .series = series,
                              .nth = (uint16_t)progress->nth,
                              .verdict = (uint8_t)result->verdict};
    progress->done = ++progress->nth > UINT16_MAX;
    return true;
}

static void
account_pair(const struct fault_ledger *ledger, struct fault_room *room, uint64_t number,
             bool failed)
{
    uint32_t i, j;
    fault_pairs_at(&ledger->pairs, number, &i, &j);
    uint8_t a = fault_account_single(ledger, i).point, b = fault_account_single(ledger, j).point;
    uint64_t least = a == b ? 2 : 1;
    room->pairs++;
    room->both += room->run.faults[a] >= least && room->run.faults[b] >= least;
    room->pairs_failing += failed;
}

void
fault_account_end(const struct fault_ledger *ledger, struct fault_room *room, uint64_t number,
                  const struct heddle_result *result)
{
    bool failed = result->verdict != HEDDLE_OK, counts = true;
    uint64_t key = number;
    switch (ledger->part) {
    case FAULT_PROBE:
        account_probe(ledger, room, number, result);
        counts = number == 0;
        break;
    case FAULT_SINGLES:
        key = number << 16 | ledger->progress[number].nth;
        counts = account_single(ledger, room, (uint32_t)number, result);
        break;
    case FAULT_PAIRS:
        account_pair(ledger, room, number, failed);
        break;
    }
    room->runs++;
    laboratory_add_totals(&room->totals, &room->run);
    room->failing += failed;
    if (failed && counts && known_number(ledger->known, result->signature) == KNOWN_NEVER) {
        note_first(ledger, room, result->signature, key);
    }
}
