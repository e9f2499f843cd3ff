/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which build this is: the note that the linker leaves in the program (ld --build-id), read from memory; and
 * whether its code under test tells of loads and stores.
 */
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#include "engine/heddle.h"

static char text[2 * 32 + 1];

/* Looks through the notes of a segment for the build id. */
static void
read_notes(const char *at, size_t size)
{
    const char *end = at + size;
    while ((size_t)(end - at) >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) note;
        memcpy(&note, at, sizeof note);
        const char *name = at + sizeof note;
        const unsigned char *id = (const unsigned char *)name + ((note.n_namesz + 3u) & ~3u);
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof "GNU" &&
            memcmp(name, "GNU", sizeof "GNU") == 0 && note.n_descsz < sizeof text / 2) {
            for (unsigned i = 0; i < note.n_descsz; i++) {
                snprintf(text + 2 * (size_t)i, 3, "%02x", id[i]);
            }
            return;
        }
        at = (const char *)id + ((note.n_descsz + 3u) & ~3u);
    }
}

/* The first object is the program itself. */
static int
read_program(struct dl_phdr_info *object, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    for (unsigned i = 0; i < object->dlpi_phnum && text[0] == '\0'; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type == PT_NOTE) {
            read_notes((const char *)(object->dlpi_addr + segment->p_vaddr), segment->p_memsz);
        }
    }
    return 1;
}

const char *
heddle_build_id(void)
{
    if (text[0] == '\0') {
        dl_iterate_phdr(read_program, NULL);
    }
    return text;
}

bool
heddle_has_accesses(void)
{
#ifdef HEDDLE_ACCESS
    return true;
#else
    return false;
#endif
}
