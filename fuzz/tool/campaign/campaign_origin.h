/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who found a failure, as its file says.
 */
#ifndef TOOL_CAMPAIGN_ORIGIN_H
#define TOOL_CAMPAIGN_ORIGIN_H

#include <json-c/json.h>

/*
 * Adds what is known: "found_by", "found" (when), "file", and of the process "instance", "engine", "role", "seed" and "run",
 * the number of the execution since it was started. A target writes them into a head (harness.h); what libFuzzer writes itself
 * has the process and its seed in its name.
 */
void campaign_origin(struct json_object *meta, const char *path, const char *name);

/* "2026-01-31T23:59:59Z" */
struct json_object *campaign_time(time_t when);

#endif
