/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From addresses of the program's text to functions and lines, by its debugging information (elfutils'
 * libdw). Slow, and needs a deep stack: for reports, on the host.
 */
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/access_parts.h"

static Dwfl *
open_self(void)
{
    static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_linux_proc_find_elf,
                                             .find_debuginfo = dwfl_standard_find_debuginfo};
    Dwfl *self = dwfl_begin(&callbacks);
    if (self != NULL &&
        (dwfl_linux_proc_report(self, getpid()) != 0 || dwfl_report_end(self, NULL, NULL) != 0)) {
        dwfl_end(self);
        self = NULL;
    }
    return self;
}

static void
set_place(struct access_symbol *symbol, const char *path, int line)
{
    const char *slash = path == NULL ? NULL : strrchr(path, '/');
    snprintf(symbol->file, sizeof symbol->file, "%s",
             path == NULL    ? "?"
             : slash == NULL ? path
                             : slash + 1);
    symbol->line = line;
}

static const char *
name_of(Dwarf_Die *function)
{
    Dwarf_Attribute attribute;
    const char *name = dwarf_formstring(dwarf_attr_integrate(function, DW_AT_name, &attribute));
    return name == NULL ? "?" : name;
}

/* Where an inlined function was called. */
static void
set_call(struct access_symbol *symbol, Dwarf_Die *unit, Dwarf_Die *inlined)
{
    Dwarf_Attribute attribute;
    Dwarf_Word file = 0, line = 0;
    Dwarf_Files *files;
    size_t count;
    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file);
    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line);
    const char *path = dwarf_getsrcfiles(unit, &files, &count) == 0
                           ? dwarf_filesrc(files, file, NULL, NULL)
                           : NULL;
    set_place(symbol, path, (int)line);
}

/* Fills what the scopes at an address are of, innermost first; the first one's place is there already. */
static size_t
tell_scopes(Dwarf_Die *unit, Dwarf_Die *scopes, int scope_count, struct access_symbol *symbols,
            size_t count)
{
    size_t used = 0;
    for (int i = 0; i < scope_count && used < count; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine) {
            continue;
        }
        snprintf(symbols[used].function, sizeof symbols[used].function, "%s", name_of(&scopes[i]));
        used++;
        if (tag == DW_TAG_subprogram) {
            break;
        }
        if (used < count) {
            set_call(&symbols[used], unit, &scopes[i]);
        }
    }
    return used;
}

static size_t
look_up(access_pc_t pc, struct access_symbol *symbols, size_t count)
{
    static Dwfl *self;
    extern const char __executable_start[];
    if (self == NULL) {
        self = open_self();
    }
    /* A call returns behind the instruction that is meant. */
    Dwarf_Addr address = (Dwarf_Addr)(uintptr_t)__executable_start + pc - 1, bias = 0;
    Dwfl_Module *module = self == NULL ? NULL : dwfl_addrmodule(self, address);
    Dwarf_Die *unit = module == NULL ? NULL : dwfl_module_addrdie(module, address, &bias);
    Dwfl_Line *line = module == NULL ? NULL : dwfl_module_getsrc(module, address);
    int number = 0;
    const char *path = line == NULL ? NULL : dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);
    set_place(&symbols[0], path, number);
    snprintf(symbols[0].function, sizeof symbols[0].function, "?");

    /* The innermost scope, and then what it lies in: the first call goes on where it was written. */
    Dwarf_Die *written = NULL, *scopes = NULL;
    int scope_count = unit == NULL ? 0 : dwarf_getscopes(unit, address - bias, &written);
    if (scope_count > 0) {
        scope_count = dwarf_getscopes_die(&written[0], &scopes);
    }
    size_t used = tell_scopes(unit, scopes, scope_count, symbols, count);
    free(written);
    free(scopes);
    return used == 0 ? 1 : used;
}

size_t
access_symbolise(access_pc_t pc, struct access_symbol *symbols, size_t count)
{
    /* One race is found many times where a search goes on. */
    static struct kept {
        access_pc_t pc;
        size_t count;
        struct access_symbol symbols[ACCESS_SYMBOLS_MAX];
    } cache[256];
    struct kept *kept = &cache[pc % (sizeof cache / sizeof *cache)];
    if (kept->pc != pc) {
        kept->pc = pc;
        kept->count = look_up(pc, kept->symbols, ACCESS_SYMBOLS_MAX);
    }
    size_t used = kept->count < count ? kept->count : count;
    memcpy(symbols, kept->symbols, used * sizeof *symbols);
    return used;
}
