/* SPDX-License-Identifier: BSD-2-Clause
 *
 * How many schedules each strategy needs for the first failure of each example (tests/examples), and whether the
 * portfolio of them keeps what it promises. Counts, not times: the same on every machine.
 *
 * A cell is a program under a strategy: SEEDS runs, each until the first failure or the limit. What
 * is not found counts as the limit, so the mean of such a cell is a lower bound. A cell is not run to its end where that
 * would say nothing new, and the table says so:
 *   - a strategy whose first schedules are all the same one has only that one;
 *   - one that finds nothing with the first BARREN seeds is given up;
 *   - on the hard programs one that has used up BUDGET executions is given up.
 * None of these holds for the portfolio, which has to answer for every seed.
 */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/heddle.h"
#include "example.h"

#define SEEDS          20u
#define LIMIT          10000u
#define LIMIT_HARD     1000000u
#define FOUND_HARD     18u /* of SEEDS, what the portfolio must find of a hard program */
#define BARREN         3u
#define BUDGET         3000000u
#define SAME_SCHEDULES 64u /* in a row from the first: there is no other */
#define TWIN_SCHEDULES 10000u
#define DEPTH          3u
#define COLUMNS_MAX    32u
#define ROWS_MAX       128u
#define WORST_MEAN     2.5 /* the portfolio's geometric mean over the best column */

struct cell {
    double mean; /* schedules to the first failure, over the tried seeds */
    uint32_t found, tried;
    bool constant; /* one schedule, again and again */
};

static const struct strategy *columns[COLUMNS_MAX];
static size_t column_count;
static size_t portfolio; /* its column; column_count: there is none */
static struct cell table[ROWS_MAX][COLUMNS_MAX];
static size_t row_count;
static struct heddle_log *run_log;

/* The strategies that explore; the fixed policy is what replays stand on. */
static void
find_columns(void)
{
    const struct strategy *strategy;
    for (size_t i = 0; (strategy = strategy_at(i)) != NULL; i++) {
        const char *name = strategy_name(strategy);
        if (strcmp(name, "fixed") != 0 && strcmp(name, "replay") != 0 &&
            column_count < COLUMNS_MAX) {
            columns[column_count++] = strategy;
        }
    }
    portfolio = column_count;
    for (size_t i = 0; i < column_count; i++) {
        if (strcmp(strategy_name(columns[i]), "portfolio") == 0) {
            portfolio = i;
        }
    }
}

/* --- one cell --------------------------------------------------------------------------------- */

/* The seed of an execution, of the seed's number and the execution's (splitmix64's finaliser). */
static uint64_t
seed_of(uint32_t number, uint32_t execution)
{
    uint64_t x = (((uint64_t)number << 32) | execution) * 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/*
 * Executes until the first failure; says which execution that was, counted from one, or 0. Gives
 * up, with *constant, where the strategy has only one schedule; NULL: never.
 */
static uint32_t
find_failure(const struct example *example, bool mended, const struct strategy *strategy,
             uint32_t number, uint32_t limit, bool *constant)
{
    struct heddle_schedule schedule = {.strategy = strategy, .depth = DEPTH};
    const struct heddle_result *result = &run_log->result;
    uint64_t first_hash = 0;
    bool same = true;
    heddle_forget();
    for (uint32_t execution = 0; execution < limit; execution++) {
        schedule.seed = seed_of(number, execution);
        schedule.length = execution == 0 ? 0 : result->steps;
        example_execute(example, mended, &schedule, run_log);
        if (result->verdict != HEDDLE_OK) {
            return execution + 1;
        }
        first_hash = execution == 0 ? result->hash : first_hash;
        same = same && result->hash == first_hash;
        if (constant != NULL && same && execution + 1 == SAME_SCHEDULES) {
            *constant = true;
            return 0;
        }
    }
    return 0;
}

static bool
is_expected(const struct example *example, enum heddle_verdict verdict)
{
    return (example->verdicts >> verdict) & 1;
}

static struct cell
fill_cell(const struct example *example, size_t column)
{
    struct cell cell = {0};
    uint32_t limit = example->hard ? LIMIT_HARD : LIMIT;
    uint64_t executions = 0;
    bool may_give_up = column != portfolio;
    while (cell.tried < SEEDS) {
        uint32_t schedules = find_failure(example, false, columns[column], cell.tried, limit,
                                          may_give_up ? &cell.constant : NULL);
        cell.tried++;
        executions += schedules == 0 ? limit : schedules;
        if (schedules > 0 && !is_expected(example, run_log->result.verdict)) {
            fprintf(stderr, "heddle-bench: %s: unexpected %s: %s\n", example->name,
                    heddle_verdict_name(run_log->result.verdict), run_log->result.message);
            exit(1);
        }
        cell.found += schedules > 0;
        bool spent = example->hard && executions >= BUDGET;
        bool barren = cell.found == 0 && cell.tried == BARREN;
        if (may_give_up && (cell.constant || spent || barren)) {
            break;
        }
    }
    cell.mean = (double)executions / cell.tried;
    return cell;
}

/* How many of the strategies accuse the twin, in TWIN_SCHEDULES schedules each. */
static uint32_t
accuse_twin(const struct example *example)
{
    uint32_t accused = 0;
    for (size_t column = 0; column < column_count; column++) {
        bool constant;
        if (find_failure(example, true, columns[column], 0, TWIN_SCHEDULES, &constant) != 0) {
            fprintf(stderr, "heddle-bench: the twin of %s is accused by %s of %s: %s\n",
                    example->name, strategy_name(columns[column]),
                    heddle_verdict_name(run_log->result.verdict), run_log->result.message);
            accused++;
        }
    }
    return accused;
}

/* --- the table ---------------------------------------------------------------------------------- */

static void
print_head(void)
{
    if (bench_is_json()) {
        return;
    }
    printf(
        "Schedules to the first failure: mean of %u seeds, and how many of them found one where\n"
        "not all did. Limit %u schedules a seed, for programs with a ! %u; what is not\n"
        "found counts as the limit. Depth %u; length: of the execution before.\n"
        "Event model: synchronisation operations; a load or store of an atomic word is one.\n"
        "  =    a strategy with one schedule only: it was run once\n"
        "  n/m  fewer than %u seeds tried: the first %u found nothing, or the %u executions that\n"
        "       a cell of a hard program may take were used up (the portfolio is never given "
        "up)\n\n",
        SEEDS, LIMIT, LIMIT_HARD, DEPTH, SEEDS, BARREN, BUDGET);
    printf("%-22s", "program (threads)");
    for (size_t column = 0; column < column_count; column++) {
        printf(" %15s", strategy_name(columns[column]));
    }
    putchar('\n');
    fflush(stdout);
}

static void
print_cell(const struct example *example, size_t column, const struct cell *cell)
{
    if (bench_is_json()) {
        char name[96];
        const char *strategy = strategy_name(columns[column]);
        snprintf(name, sizeof name, "strategies/%s/%s", example->name, strategy);
        bench_row(name, cell->mean, "schedules", BENCH_NO_BOUND, 0);
        snprintf(name, sizeof name, "strategies/%s/%s/found", example->name, strategy);
        bench_row(name, cell->found, cell->tried == SEEDS ? "of 20 seeds" : "seeds, given up",
                  BENCH_NO_BOUND, 0);
        return;
    }
    char text[32];
    if (cell->found == SEEDS) {
        snprintf(text, sizeof text, cell->mean < 100 ? "%.1f" : "%.0f", cell->mean);
    } else {
        snprintf(text, sizeof text, "%s%.0f %u/%u%s", cell->found == 0 ? ">" : "", cell->mean,
                 cell->found, cell->tried, cell->constant ? "=" : "");
    }
    printf(" %15s", text);
    fflush(stdout);
}

static void
fill_row(const struct example *example)
{
    if (!bench_is_json()) {
        char name[64];
        snprintf(name, sizeof name, "%s%s (%u)", example->hard ? "!" : "", example->name,
                 example->threads);
        printf("%-22s", name);
    }
    for (size_t column = 0; column < column_count; column++) {
        table[row_count][column] = fill_cell(example, column);
        print_cell(example, column, &table[row_count][column]);
    }
    if (!bench_is_json()) {
        putchar('\n');
    }
    row_count++;
}

/* --- what the portfolio must keep ------------------------------------------------------------------ */

static double
total_of(size_t column)
{
    double total = 0;
    for (size_t row = 0; row < row_count; row++) {
        total += table[row][column].mean;
    }
    return total;
}

static double
best_of(size_t row)
{
    double best = INFINITY;
    for (size_t column = 0; column < column_count; column++) {
        if (column != portfolio && table[row][column].mean < best) {
            best = table[row][column].mean;
        }
    }
    return best;
}

static void
judge_portfolio(void)
{
    uint32_t all_found = 0;
    double worst = 0, log_sum = 0;
    for (size_t row = 0; row < row_count; row++) {
        const struct cell *cell = &table[row][portfolio];
        all_found += cell->found >= (example_at(row)->hard ? FOUND_HARD : SEEDS);
        double ratio = cell->mean / best_of(row);
        worst = ratio > worst ? ratio : worst;
        log_sum += log(ratio);
    }
    double rows = (double)row_count;
    bench_row("portfolio: programs found with every seed (hard: 18 of 20)", all_found, "programs",
              BENCH_AT_LEAST, rows);
    bench_row("portfolio: schedules by the best column's, worst row", worst, "times", BENCH_AT_MOST,
              (double)(column_count - 1));
    bench_row("portfolio: schedules by the best column's, geometric mean", exp(log_sum / rows),
              "times", BENCH_AT_MOST, WORST_MEAN);

    double least = INFINITY;
    for (size_t column = 0; column < column_count; column++) {
        if (column != portfolio && total_of(column) < least) {
            least = total_of(column);
        }
    }
    bench_row("portfolio: schedules in total by the best single column's",
              total_of(portfolio) / least, "times", BENCH_AT_MOST, 1);
}

static void
sum_up(uint32_t accused)
{
    if (!bench_is_json()) {
        printf("%-22s", "total");
        for (size_t column = 0; column < column_count; column++) {
            printf(" %15.0f", total_of(column));
        }
        fputs("\n\n", stdout);
    }
    bench_row("programs", (double)row_count, "programs", BENCH_AT_LEAST, 40);
    bench_row("portfolio: there is one", portfolio < column_count, "", BENCH_AT_LEAST, 1);
    if (portfolio < column_count) {
        judge_portfolio();
    }
    bench_row("twins accused, 10,000 schedules a strategy each", accused, "twins", BENCH_AT_MOST,
              0);
}

int
bench_strategies(const char *corpus)
{
    (void)corpus;
    run_log = heddle_log_create();
    if (run_log == NULL) {
        perror("heddle-bench");
        return 4;
    }
    find_columns();
    print_head();
    const struct example *example;
    for (size_t i = 0; (example = example_at(i)) != NULL && i < ROWS_MAX; i++) {
        fill_row(example);
    }
    uint32_t accused = 0;
    for (size_t i = 0; (example = example_at(i)) != NULL; i++) {
        accused += accuse_twin(example) > 0;
    }
    sum_up(accused);
    heddle_log_destroy(run_log);
    return 0;
}
