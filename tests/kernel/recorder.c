/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The recorder's words lie in one buffer behind one lock.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "counting_memory.h"
#include "recorder.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char text[4096];
static size_t length;

void
recorder_clear(void)
{
    pthread_mutex_lock(&lock);
    length = 0;
    text[0] = '\0';
    pthread_mutex_unlock(&lock);
}

void
recorder_note(const char *format, ...)
{
    va_list arguments;

    pthread_mutex_lock(&lock);
    if (length > 0 && length < sizeof(text) - 1) {
        text[length++] = ' ';
    }
    va_start(arguments, format);
    length += (size_t)vsnprintf(text + length, sizeof(text) - length, format, arguments);
    va_end(arguments);
    cr_assert_lt(length, sizeof(text));
    pthread_mutex_unlock(&lock);
}

const char *
recorder_text(void)
{
    return text;
}

void
gate_close_for(struct gate *gate, int n)
{
    kernel_sema_init(&gate->reached, 0, "gate");
    kernel_sema_init(&gate->opened, 0, "gate");
    gate->closed_for = n;
}

void
gate_pass(struct gate *gate)
{
    if (gate->closed_for-- > 0) {
        kernel_sema_post(&gate->reached);
        kernel_sema_wait(&gate->opened);
    }
}

void
gate_await(struct gate *gate)
{
    kernel_sema_wait(&gate->reached);
}

void
gate_open(struct gate *gate)
{
    kernel_sema_post(&gate->opened);
}

static void *
on_create(struct recorder_key *key, char name, zoneid_t id)
{
    gate_pass(&key->create_gate);
    recorder_note("%c+%d", name, id);
    if (key->inside != NULL) {
        key->inside(id);
    }
    return key->fails_for == id ? NULL : &key->data[id];
}

static void
on_shutdown(struct recorder_key *key, char name, zoneid_t id, void *data)
{
    gate_pass(&key->shutdown_gate);
    cr_assert_eq(data, &key->data[id]);
    recorder_note("%c!%d", name, id);
    if (key->inside != NULL) {
        key->inside(id);
    }
}

static void
on_destroy(struct recorder_key *key, char name, zoneid_t id, void *data)
{
    gate_pass(&key->destroy_gate);
    cr_assert_eq(data, &key->data[id]);
    recorder_note("%c-%d", name, id);
    if (key->inside != NULL) {
        key->inside(id);
    }
}

/* Callbacks are not told their key, so each key has its own. */
#define DEFINE_KEY(name)                                                                           \
    static void *create_##name(zoneid_t id)                                                        \
    {                                                                                              \
        return on_create(&key_##name, #name[0], id);                                               \
    }                                                                                              \
    static void shutdown_##name(zoneid_t id, void *data)                                           \
    {                                                                                              \
        on_shutdown(&key_##name, #name[0], id, data);                                              \
    }                                                                                              \
    static void destroy_##name(zoneid_t id, void *data)                                            \
    {                                                                                              \
        on_destroy(&key_##name, #name[0], id, data);                                               \
    }                                                                                              \
    struct recorder_key key_##name = {                                                             \
        .create = create_##name,                                                                   \
        .shutdown = shutdown_##name,                                                               \
        .destroy = destroy_##name,                                                                 \
        .fails_for = ZONEID_NONE,                                                                  \
    };

DEFINE_KEY(a)
DEFINE_KEY(b)
DEFINE_KEY(c)

int
recorder_key_create(struct recorder_key *key)
{
    return zone_key_create(&key->number, key->create, key->shutdown, key->destroy);
}

void
services_start(void)
{
    zone_init();
    recorder_clear();
}

void
services_stop(void)
{
    cr_assert(zone_is_valid());
    cr_assert_eq(zone_fini(), 0);
    cr_assert_eq(test_memory_live(), 0);
}

zoneid_t
make_zone(void)
{
    zoneid_t id = ZONEID_NONE;

    cr_assert_eq(zone_create(0, &id), 0);
    return id;
}
