/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Text that people write: what is good is read whatever it looks like, what is not is named by
 * line, column, what was expected and what stood there; and nothing that a file holds does harm.
 */
#include "sample_vocabulary.h"

#include <criterion/criterion.h>
#include <string.h>

static struct program program, again;
static struct program_error error;

static void
start(void)
{
    program_init(&program);
    program_init(&again);
}

static void
stop(void)
{
    program_fini(&program);
    program_fini(&again);
}

TestSuite(program_parse, .init = start, .fini = stop);

/* From memory of exactly that size, so that ASan sees a read behind it. */
static bool
parse_bytes(const char *text, size_t size)
{
    char *exact = malloc(size > 0 ? size : 1);

    if (size > 0) {
        memcpy(exact, text, size);
    }
    memset(&error, 0, sizeof(error));
    bool good = program_parse(&program, exact, size, &sample_vocabulary, &error);
    free(exact);
    return good;
}

static void
assert_parses(const char *text)
{
    cr_assert(parse_bytes(text, strlen(text)), "%d:%d: %s", error.line, error.column,
              error.message);
    cr_assert(program_is_valid(&program, &sample_vocabulary));
}

static void
assert_fails(const char *text, int line, int column, const char *message)
{
    cr_assert_not(parse_bytes(text, strlen(text)), "this was read: %s", text);
    cr_expect_str_eq(error.message, message, "'%s' where '%s' was wanted", error.message, message);
    cr_expect(error.line == line && error.column == column, "%s: %d:%d, not %d:%d", message,
              error.line, error.column, line, column);
}

Test(program_parse, the_sample_is_the_sample_program)
{
    sample_program(&again);
    assert_parses(sample_text);
    cr_assert(program_equal(&program, &again));
}

Test(program_parse, what_is_left_out_has_defaults)
{
    assert_parses("heddle 1\nend\n");
    cr_assert(program_equal(&program, &again));

    sample_program(&program);
    assert_parses("heddle 1\nthread\nconfigure mode=on\nfaults\ncreate : sleep\nend\n");
    cr_assert_str_empty(program.target);
    cr_assert_eq(program.event_model, PROGRAM_EVENT_MODEL_SYNC);
    cr_assert_eq(program.thread_count, 1);
    cr_assert_eq(program.operations[0].arguments[0], 0);
    cr_assert_eq(program.operations[0].arguments[3], 1);
    cr_assert_eq(program.faults[0].nth, 0);
    cr_assert_eq(program.deviation_count, 0);
}

Test(program_parse, order_is_free_where_it_means_nothing)
{
    sample_program(&again);
    assert_parses("heddle 1\n"
                  "strategy random length=250 seed=42 depth=3\n"
                  "requires asan\n"
                  "subject reference\n"
                  "target lifecycle\n"
                  "schedule\n"
                  "subject 65535:4294967295=4294967295\n"
                  "task 1 : 17=3\n"
                  "faults\n"
                  "create nth = 0 module=2:sleep steps=5\n"
                  "thread\n"
                  "zone_create exclusive=1 slot=1\n"
                  "register module=0\n"
                  "settle\n"
                  "faults\n"
                  "allocate onwards nth=65535 :fail\n"
                  "thread\n"
                  "thread\n"
                  "configure mode=1 size=65535 slot=7\n"
                  "end\n");
    cr_assert(program_equal(&program, &again));
}

Test(program_parse, comments_blank_lines_blanks_and_line_ends_mean_nothing)
{
    sample_program(&again);
    assert_parses("\xef\xbb\xbf# found on a Tuesday \xc3\xa4\r\n"
                  "\r\n"
                  "\t heddle\t1 # the format\r\n"
                  "target lifecycle#comment\r\n"
                  "subject reference\r\n"
                  "events sync\r\n"
                  "requires asan\r\n"
                  "strategy random seed=42 depth=3 length=250\r\n"
                  "  thread\r\n"
                  "zone_create   slot = 1 exclusive= 1\r\n"
                  "# between\r\n"
                  "register module =IP\r\n"
                  "   settle   \r\n"
                  "thread\n\n\nthread\n"
                  "  configure slot=7 size=65535 mode=on\n"
                  "faults\n"
                  "  create module=TCP : sleep steps=5\n"
                  "  allocate nth=65535 onwards : fail # why not\n"
                  "schedule\n"
                  "  task 1:17 = 3\n"
                  "  subject 65535:4294967295 = 4294967295\r\n"
                  " end # of it\r\n"
                  "\r\n"
                  "# behind it\r\n"
                  "  # and nothing more");
    cr_assert(program_equal(&program, &again));
}

Test(program_parse, the_last_line_may_lack_its_end)
{
    sample_program(&again);
    cr_assert(parse_bytes(sample_text, strlen(sample_text) - 1), "%d:%d: %s", error.line,
              error.column, error.message);
    cr_assert(program_equal(&program, &again));
}

Test(program_parse, a_verb_may_be_called_as_a_line_of_the_head)
{
    /* "subject" is a kind of choice here, and a line of the head. */
    assert_parses("heddle 1\nsubject core\nschedule\nsubject 1:2 = 3\nend\n");
    cr_assert_str_eq(program.subject, "core");
    cr_assert_eq(program.deviations[0].kind, 2);
}

Test(program_parse, the_first_line_says_what_it_is)
{
    assert_fails("", 1, 1,
                 "expected \"heddle 1\", as a .prog file begins, found the end of the file");
    assert_fails("\n# nothing else\n", 3, 1,
                 "expected \"heddle 1\", as a .prog file begins, found the end of the file");
    assert_fails("target x\n", 1, 1,
                 "expected \"heddle 1\", as a .prog file begins, found \"target\"");
    assert_fails("\x89HDL\x01", 1, 1,
                 "expected \"heddle 1\", as a .prog file begins, found byte 0x89");
    assert_fails("heddle one\n", 1, 8,
                 "expected a number up to 18446744073709551615 for the format, found \"one\"");
    assert_fails("heddle\n", 1, 7,
                 "expected a number up to 18446744073709551615 for the format, found the end of "
                 "the line");
    assert_fails("heddle 0\n", 1, 8, "there is no format 0");
    assert_fails("heddle 1 1\n", 1, 10, "expected the end of the line, found \"1\"");
}

/* What may begin a line in every section. */
#define SECTION "\"thread\", \"faults\", \"schedule\" or \"end\""

static const char cut_off[] = "expected \"end\", found the end of the file: it is cut off";

Test(program_parse, without_its_end_a_file_is_cut_off)
{
    assert_fails("heddle 1", 1, 9, cut_off);
    assert_fails("heddle 1\n", 2, 1, cut_off);
    assert_fails("heddle 1\ntarget x # end\n", 3, 1, cut_off);
    assert_fails("heddle 1\nthread\n  settle\n\n  # end", 5, 8, cut_off);
    assert_fails("heddle 1\nthread\n  settle\n\n  # end\n", 6, 1, cut_off);
    assert_fails("heddle 1\nthread\nen", 3, 1, "expected an operation, " SECTION ", found \"en\"");
}

/* Shorter by whole lines, the last with its end or without, it would be another program. */
static void
assert_cuts_are_refused(const char *text)
{
    const char *begin = text, *end = strchr(text, '\n');

    for (int line = 1; end[1] != '\0'; line++) {
        size_t length = (size_t)(end - begin);
        cr_assert_not(parse_bytes(text, (size_t)(end - text)), "line %d may end %s", line, text);
        cr_expect_str_eq(error.message, cut_off);
        cr_expect(error.line == line && error.column == (int)length + 1);
        begin = end + 1;
        cr_assert_not(parse_bytes(text, (size_t)(begin - text)), "line %d may end %s", line, text);
        cr_expect_str_eq(error.message, cut_off);
        cr_expect(error.line == line + 1 && error.column == 1);
        end = strchr(begin, '\n');
    }
    assert_parses(text);
}

Test(program_parse, what_is_printed_and_cut_off_behind_a_line_is_refused)
{
    uint64_t state = 63;
    size_t size;

    assert_cuts_are_refused(sample_text);
    for (int i = 0; i < 200; i++) {
        sample_random_program(&again, &state);
        char *text = sample_print(&again, &size);
        assert_cuts_are_refused(text);
        free(text);
    }
}

Test(program_parse, text_behind_the_end_is_an_error)
{
    assert_fails("heddle 1\nend\nthread\n", 3, 1,
                 "expected the end of the file after \"end\", found \"thread\"");
    assert_fails("heddle 1\nthread\nend\n# twice\n\n  end\n", 6, 3,
                 "expected the end of the file after \"end\", found \"end\"");
    assert_fails("heddle 1\nend\n=", 3, 1,
                 "expected the end of the file after \"end\", found \"=\"");
    assert_fails("heddle 1\nend thread\n", 2, 5, "expected the end of the line, found \"thread\"");
    cr_assert_not(parse_bytes("heddle 1\nend\n\0", 14));
    cr_assert_str_eq(error.message, "expected the end of the file after \"end\", found byte 0x00");
}

Test(program_parse, a_newer_format_is_called_that)
{
    assert_fails("heddle 2\nwhatever = : else\n", 1, 8,
                 "written by a newer heddle (format 2, this one reads up to 1)");
    assert_fails("heddle 18446744073709551615\n", 1, 8,
                 "written by a newer heddle (format 18446744073709551615, this one reads up to 1)");
}

#define HEAD "heddle 1\n"

Test(program_parse, loads_and_stores_are_of_a_build)
{
    assert_parses("heddle 1\nevents memory build=0123abcd\nend\n");
    cr_assert_eq(program.event_model, PROGRAM_EVENT_MODEL_MEMORY);
    cr_assert_str_eq(program.build, "0123abcd");
    assert_parses("heddle 1\nevents memory\nend\n");
    cr_assert_str_empty(program.build);
    assert_fails(HEAD "events memory build 1\n", 2, 21, "expected \"=\", found \"1\"");
    assert_fails(HEAD "events sync build=1\n", 2, 13,
                 "expected the end of the line, found \"build\"");
}

Test(program_parse, errors_in_the_head_are_named)
{
    assert_fails(HEAD "tarjet x\n", 2, 1,
                 "expected a line of the head, " SECTION ", found \"tarjet\"");
    assert_fails(HEAD "target\n", 2, 7,
                 "expected the name of a target, up to 47 characters, found the end of the line");
    assert_fails(HEAD "subject", 2, 8,
                 "expected the name of a subject, up to 47 characters, found the end of the file");
    assert_fails(HEAD "target abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv\n", 2, 8,
                 "expected the name of a target, up to 47 characters, found "
                 "\"abcdefghijklmnopqrstuvwxyzabcdef...\"");
    assert_fails(HEAD "target a b\n", 2, 10, "expected the end of the line, found \"b\"");
    assert_fails(HEAD "target a\ntarget b\n", 3, 1, "target is given twice");
    assert_fails(HEAD "events all\n", 2, 8, "expected \"sync\" or \"memory\", found \"all\"");
    assert_fails(HEAD "requires msan\n", 2, 10,
                 "expected \"asan\", \"tsan\" or \"nothing\", found \"msan\"");
    assert_fails(HEAD "strategy best\n", 2, 10, "expected a strategy, found \"best\"");
    assert_fails(HEAD "strategy pct sead=1\n", 2, 14,
                 "expected \"seed\", \"depth\" or \"length\", found \"sead\"");
    assert_fails(HEAD "strategy pct seed 1\n", 2, 19, "expected \"=\", found \"1\"");
    assert_fails(HEAD "strategy pct seed=1 seed=1\n", 2, 21, "seed is given twice");
    assert_fails(HEAD "strategy pct depth=256\n", 2, 20,
                 "expected a number up to 255 for depth, found \"256\"");
    assert_fails(HEAD "strategy pct length=4294967296\n", 2, 21,
                 "expected a number up to 4294967295 for length, found \"4294967296\"");
    assert_fails(HEAD "strategy pct seed=18446744073709551616\n", 2, 19,
                 "expected a number up to 18446744073709551615 for seed, found "
                 "\"18446744073709551616\"");
    assert_fails(HEAD "strategy pct seed=-1\n", 2, 19,
                 "expected a number up to 18446744073709551615 for seed, found \"-1\"");
    assert_fails(HEAD "thread\ntarget x\n", 3, 1,
                 "expected an operation, " SECTION ", found \"target\"");
}

Test(program_parse, errors_in_operations_are_named)
{
    assert_fails(HEAD "settle\n", 2, 1,
                 "expected a line of the head, " SECTION ", found \"settle\"");
    assert_fails(HEAD "thread 2\n", 2, 8, "expected the end of the line, found \"2\"");
    assert_fails(HEAD "thread\n  zone_creat\n", 3, 3,
                 "expected an operation, " SECTION ", found \"zone_creat\"");
    assert_fails(HEAD "thread\nsettle now\n", 3, 8,
                 "expected the end of the line after settle, found \"now\"");
    assert_fails(HEAD "thread\nregister slot=1\n", 3, 10,
                 "expected a parameter of register (module), found \"slot\"");
    assert_fails(HEAD "thread\nregister module\n", 3, 16,
                 "expected \"=\", found the end of the line");
    assert_fails(HEAD "thread\nregister module=SCTP\n", 3, 17,
                 "expected IP, ICMP, TCP or a number up to 2 for module, found \"SCTP\"");
    assert_fails(HEAD "thread\nregister module=3\n", 3, 17,
                 "expected IP, ICMP, TCP or a number up to 2 for module, found \"3\"");
    assert_fails(HEAD "thread\nzone_create slot=8\n", 3, 18,
                 "expected a number up to 7 for slot, found \"8\"");
    assert_fails(HEAD "thread\nzone_create slot=\n", 3, 18,
                 "expected a number up to 7 for slot, found the end of the line");
    assert_fails(HEAD "thread\nzone_create slot=1 slot=1\n", 3, 20, "slot is given twice");
    assert_fails(HEAD "thread\nzone_create = 1\n", 3, 13,
                 "expected a parameter of zone_create (slot, exclusive), found \"=\"");
}

Test(program_parse, of_many_values_the_first_and_the_last_are_named)
{
    static const char *const colours[] = {"red", "yellow", "green", "blue", "violet"};
    static const struct program_verb paint = {"paint", 1, 1, {{"colour", 5, colours}}};
    static const char text[] = "heddle 1\nthread\npaint colour=grey\nend\n";
    struct program_vocabulary vocabulary = sample_vocabulary;

    vocabulary.verbs = &paint;
    vocabulary.verb_count = 1;
    cr_assert_not(program_parse(&program, text, strlen(text), &vocabulary, &error));
    cr_assert_str_eq(error.message,
                     "expected red ... violet or a number up to 4 for colour, found \"grey\"");
}

Test(program_parse, errors_in_faults_are_named)
{
    assert_fails(HEAD "faults\nnowhere : fail\n", 3, 1,
                 "expected a fault point, " SECTION ", found \"nowhere\"");
    assert_fails(HEAD "faults\ncreate slot=1 : fail\n", 3, 8,
                 "expected a selector, \"nth\", \"onwards\" or \":\", found \"slot\"");
    assert_fails(HEAD "faults\ncreate\n", 3, 7,
                 "expected a selector, \"nth\", \"onwards\" or \":\", found the end of the line");
    assert_fails(HEAD "faults\ncreate nth=65536 : fail\n", 3, 12,
                 "expected a number up to 65535 for nth, found \"65536\"");
    assert_fails(HEAD "faults\ncreate nth=1 nth=1 : fail\n", 3, 14, "nth is given twice");
    assert_fails(HEAD "faults\ncreate onwards onwards : fail\n", 3, 16, "onwards is given twice");
    assert_fails(HEAD "faults\ncreate :\n", 3, 9,
                 "expected a fault action, found the end of the line");
    assert_fails(HEAD "faults\ncreate : sleep steps=300\n", 3, 22,
                 "expected a number up to 299 for steps, found \"300\"");
}

Test(program_parse, errors_in_the_schedule_are_named)
{
    assert_fails(HEAD "schedule\ntusk 1:2 = 3\n", 3, 1,
                 "expected a kind of choice, " SECTION ", found \"tusk\"");
    assert_fails(HEAD "schedule\ntask 65536:2 = 3\n", 3, 6,
                 "expected a number up to 65535 for the task, found \"65536\"");
    assert_fails(HEAD "schedule\ntask 1 2 = 3\n", 3, 8, "expected \":\", found \"2\"");
    assert_fails(HEAD "schedule\ntask 1:x = 3\n", 3, 8,
                 "expected a number up to 4294967295 for the choice, found \"x\"");
    assert_fails(HEAD "schedule\ntask 1:2 3\n", 3, 10, "expected \"=\", found \"3\"");
    assert_fails(HEAD "schedule\ntask 1:2 =\n", 3, 11,
                 "expected a number up to 4294967295 for its value, found the end of the line");
    assert_fails(HEAD "schedule\ntask 1:2 = 3 4\n", 3, 14,
                 "expected the end of the line, found \"4\"");
    assert_fails(HEAD "schedule\ntask 1:2 = 3\nwake 1:2 = 3\n  task 1:2 = 4\nend\n", 5, 3,
                 "this choice has a deviation already, in line 3");
}

Test(program_parse, long_words_and_names_are_shortened_in_messages)
{
    assert_fails(HEAD "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\n", 2, 1,
                 "expected a line of the head, " SECTION
                 ", found \"abcdefghijklmnopqrstuvwxyzabcdef...\"");
}

/* `line` behind the two of `begin`: read `limit` times and then the end, and else an error. */
static void
assert_limit(const char *begin, const char *line, size_t limit, const char *message)
{
    char *text = malloc(strlen(begin) + (limit + 1) * strlen(line) + sizeof("end\n"));
    char *end = text + sprintf(text, "%s", begin);

    for (size_t i = 0; i < limit; i++) {
        end += sprintf(end, "%s", line);
    }
    sprintf(end, "end\n");
    assert_parses(text);
    sprintf(end, "%s", line);
    assert_fails(text, (int)limit + 3, 1, message);
    free(text);
}

Test(program_parse, what_is_too_much_is_an_error)
{
    assert_limit(HEAD "thread\n", "settle\n", PROGRAM_OPERATIONS_MAX, "more than 128 operations");
    assert_limit(HEAD "faults\n", "create : fail\n", PROGRAM_FAULTS_MAX, "more than 32 faults");
    assert_limit(HEAD "# eight of these\n", "thread\n", PROGRAM_THREADS_MAX, "more than 8 threads");
}

Test(program_parse, as_many_deviations_as_there_may_be_in_any_order)
{
    char *text = malloc(32 + (PROGRAM_DEVIATIONS_MAX + 1) * 32);
    char *end = text + sprintf(text, HEAD "schedule\n");

    for (int i = 0; i < PROGRAM_DEVIATIONS_MAX; i++) {
        end += sprintf(end, "task 3:%d = 1\n", PROGRAM_DEVIATIONS_MAX - i);
    }
    sprintf(end, "end\n");
    assert_parses(text);
    cr_assert_eq(program.deviation_count, PROGRAM_DEVIATIONS_MAX);
    cr_assert_eq(program.deviations[0].k, 1);
    sprintf(end, "task 4:0 = 1\n");
    assert_fails(text, PROGRAM_DEVIATIONS_MAX + 3, 1, "more than 65536 deviations");
    free(text);
}

Test(program_parse, nul_bytes_and_other_junk_are_named)
{
    cr_assert_not(parse_bytes("heddle 1\0\n", 10));
    cr_assert_str_eq(error.message, "expected the end of the line, found byte 0x00");
    cr_assert_eq(error.column, 9);
    cr_assert_not(parse_bytes("heddle 1\ntarget x\x7f", 18));
    cr_assert_str_eq(error.message, "expected the end of the line, found byte 0x7f");
    cr_assert_not(parse_bytes("heddle 1\nthread\nsettle \xff", 24));
    cr_assert_str_eq(error.message, "expected the end of the line after settle, found byte 0xff");
    cr_assert(parse_bytes("heddle 1\nend\n# \0 \xff in a comment", 32));
    cr_assert_not(parse_bytes(NULL, 0));
}

Test(program_parse, a_line_of_megabytes_is_an_error_like_any)
{
    const size_t size = 4u << 20;
    char *text = malloc(size);

    memset(text, 'x', size);
    cr_assert_not(parse_bytes(text, size));
    memset(text, ' ', size);
    memcpy(text, "heddle 1\nend", 12);
    cr_assert(parse_bytes(text, size));
    text[size - 1] = '=';
    cr_assert_not(parse_bytes(text, size));
    cr_assert_eq(error.line, 2);
    cr_assert_eq(error.column, (int)size - 9);
    free(text);
}

/* What may be said of every text: an error with a place, or a valid program that prints and comes
 * back. Says which. */
static bool
parse_any(const char *text, size_t size)
{
    if (!parse_bytes(text, size)) {
        cr_assert_geq(error.line, 1);
        cr_assert_geq(error.column, 1);
        cr_assert_neq(error.message[0], '\0');
        return false;
    }
    cr_assert(program_is_valid(&program, &sample_vocabulary));

    size_t printed_size;
    struct program_error no_error;
    char *printed = sample_print(&program, &printed_size);
    cr_assert(program_parse(&again, printed, printed_size, &sample_vocabulary, &no_error));
    cr_assert(program_equal(&program, &again));
    free(printed);
    return true;
}

Test(program_parse, every_truncation_but_that_of_the_last_line_end_is_refused)
{
    const size_t whole = strlen(sample_text);

    for (size_t size = 0; size <= whole; size++) {
        cr_expect_eq(parse_any(sample_text, size), size >= whole - 1, "%zu bytes", size);
    }
}

Test(program_parse, random_changes_are_read_or_refused)
{
    static const char bytes[] = "=:#\n\r\t 0123456789abcdefnthread\x00\x80\xff";
    size_t size = strlen(sample_text);
    char *text = malloc(size);
    uint64_t state = 61;

    for (int i = 0; i < 20000; i++) {
        memcpy(text, sample_text, size);
        for (uint32_t changes = 1 + program_random_below(&state, 4); changes > 0; changes--) {
            text[program_random_below(&state, (uint32_t)size)] =
                bytes[program_random_below(&state, sizeof(bytes))];
        }
        parse_any(text, size);
    }
    free(text);
}

Test(program_parse, random_lines_of_files_are_read_or_refused)
{
    static const char *const lines[] = {
        "heddle 1\n",
        "target x\n",
        "strategy pct seed=1\n",
        "thread\n",
        "settle\n",
        "settle slot=1",
        "register module=TCP\n",
        "faults\n",
        "schedule\n",
        "task 1:1 = 1\n",
        "task 1:2 = 1\n",
        "wake 1:1 = 1\n",
        "create : fail\n",
        "allocate nth=1 : sleep\n",
        "\n",
        "# x\n",
    };
    uint64_t state = 62;
    char text[1024];
    int read = 0;

    for (int i = 0; i < 20000; i++) {
        char *end = text + sprintf(text, "%s", lines[0]);
        for (uint32_t count = program_random_below(&state, 12); count > 0; count--) {
            end += sprintf(end, "%s", lines[program_random_below(&state, 16)]);
        }
        if (program_random_below(&state, 8) > 0) {
            end += sprintf(end, "\nend\n");
        }
        read += parse_any(text, (size_t)(end - text));
    }
    cr_assert_gt(read, 1000);
}

TestSuite(program_parse_head, .init = start, .fini = stop);

Test(program_parse_head, names_are_read_without_a_vocabulary)
{
    char target[PROGRAM_NAME_MAX], subject[PROGRAM_NAME_MAX];
    static const char text[] = "# x\nheddle 1\nstrategy unheard=of\nsubject core\n"
                               "target lifecycle\nthread\nwhatever = :\ntarget other\n";

    cr_assert(program_parse_head(text, strlen(text), target, subject, &error));
    cr_assert_str_eq(target, "lifecycle");
    cr_assert_str_eq(subject, "core");
    cr_assert(program_parse_head(sample_text, strlen(sample_text), target, subject, &error));
    cr_assert_str_eq(target, "lifecycle");
    cr_assert_str_eq(subject, "reference");
    cr_assert(program_parse_head("heddle 1", 8, target, subject, &error));
    cr_assert_str_empty(target);
    cr_assert_str_empty(subject);
}

Test(program_parse_head, what_is_no_prog_or_newer_is_refused)
{
    char target[PROGRAM_NAME_MAX], subject[PROGRAM_NAME_MAX];

    cr_assert_not(program_parse_head("\x89HDL\x01", 5, target, subject, &error));
    cr_assert_not(program_parse_head(NULL, 0, target, subject, &error));
    cr_assert_not(program_parse_head("heddle 2\ntarget x\n", 18, target, subject, &error));
    cr_assert_str_eq(error.message, "written by a newer heddle (format 2, this one reads up to 1)");
    cr_assert_not(program_parse_head("heddle 1\ntarget\n", 16, target, subject, &error));
    cr_assert_eq(error.line, 2);
}
