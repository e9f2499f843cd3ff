/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Origins, from heads and from names.
 */
#include "tool/campaign/campaign_origin.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct json_object *
campaign_time(time_t when)
{
    char text[32] = "";
    struct tm parts;
    if (gmtime_r(&when, &parts) != NULL) {
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
    return json_object_new_string(text);
}

/* Returns: false: it is no such word, or has no value. */
static bool
add_word(struct json_object *meta, const char *word)
{
    static const struct {
        const char *name;
        bool number;
    } known[] = {
        {"instance", false}, {"engine", false}, {"role", false}, {"seed", true}, {"run", true}};
    const char *equals = strchr(word, '=');
    size_t length = equals != NULL ? (size_t)(equals - word) : 0;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (length == strlen(known[i].name) && strncmp(word, known[i].name, length) == 0) {
            json_object_object_add(meta, known[i].name,
                                   known[i].number
                                       ? json_object_new_uint64(strtoull(equals + 1, NULL, 10))
                                       : json_object_new_string(equals + 1));
            return true;
        }
    }
    return false;
}

static void
add_head(struct json_object *meta, const char *path)
{
    static const char found_by[] = "# found by: ", origin[] = "# origin: ";
    char *line = NULL, *rest;
    size_t room = 0;
    FILE *in = fopen(path, "r");
    while (in != NULL && getline(&line, &room, in) > 0 && line[0] == '#') {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, found_by, strlen(found_by)) == 0) {
            json_object_object_add(meta, "found_by",
                                   json_object_new_string(line + strlen(found_by)));
        } else if (strncmp(line, origin, strlen(origin)) == 0) {
            for (char *word = strtok_r(line + strlen(origin), " ", &rest); word != NULL;
                 word = strtok_r(NULL, " ", &rest)) {
                (void)add_word(meta, word);
            }
        }
    }
    free(line);
    if (in != NULL) {
        fclose(in);
    }
}

/* "lifecycle-libfuzzer-1-s123-crash-da39…": as campaign_engine.c has libFuzzer call them. */
static void
add_name(struct json_object *meta, const char *name)
{
    static const char engine[] = "-libfuzzer-";
    const char *number = strstr(name, engine);
    if (number == NULL) {
        return;
    }
    number += strlen(engine);
    const char *end = number + strspn(number, "0123456789");
    if (end == number || strncmp(end, "-s", 2) != 0 || !isdigit((unsigned char)end[2])) {
        return;
    }
    json_object_object_add(meta, "instance", json_object_new_string_len(name, (int)(end - name)));
    json_object_object_add(meta, "engine", json_object_new_string("libfuzzer"));
    json_object_object_add(meta, "seed", json_object_new_uint64(strtoull(end + 2, NULL, 10)));
}

void
campaign_origin(struct json_object *meta, const char *path, const char *name)
{
    struct stat status;
    json_object_object_add(meta, "file", json_object_new_string(name));
    if (stat(path, &status) == 0) {
        json_object_object_add(meta, "found", campaign_time(status.st_mtime));
    }
    add_name(meta, name);
    add_head(meta, path);
}
