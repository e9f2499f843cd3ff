/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See chi_square.h.
 */
#include "chi_square.h"

#include <math.h>
#include <stdbool.h>

#define EXPECTED_MIN 5.0

/* Closed forms for whole degrees of freedom: Abramowitz and Stegun, 26.4.4 (odd) and 26.4.5 (even). */
double
chi_square_p(double statistic, uint32_t freedom)
{
    double half = statistic / 2, sum = 0, term;
    if (freedom % 2 == 0) {
        term = exp(-half);
        for (uint32_t i = 1; i <= freedom / 2; i++) {
            sum += term;
            term *= half / i;
        }
        return sum;
    }
    term = sqrt(2 * statistic / M_PI) * exp(-half);
    for (uint32_t i = 1; i <= freedom / 2; i++) {
        sum += term;
        term *= statistic / (2 * i + 1);
    }
    return erfc(sqrt(half)) + sum;
}

/* The least probable of the cells that may stand alone; cells: there is none. */
static size_t
find_least(const double *probabilities, size_t cells, uint32_t total)
{
    size_t least = cells;
    for (size_t i = 0; i < cells; i++) {
        bool stands = probabilities[i] * total >= EXPECTED_MIN;
        if (stands && (least == cells || probabilities[i] < probabilities[least])) {
            least = i;
        }
    }
    return least;
}

static double
term_of(double count, double expected)
{
    return (count - expected) * (count - expected) / expected;
}

double
chi_square_test(const double *probabilities, const uint32_t *counts, size_t cells, uint32_t total)
{
    double rare_expected = 0, rare_count = 0, statistic = 0;
    uint32_t groups = 0, counted = 0;
    for (size_t i = 0; i < cells; i++) {
        if (probabilities[i] <= 0 && counts[i] > 0) {
            return 0;
        }
        counted += counts[i];
        bool is_rare = probabilities[i] * total < EXPECTED_MIN;
        rare_expected += is_rare ? probabilities[i] * total : 0;
        rare_count += is_rare ? counts[i] : 0;
    }
    if (counted != total) {
        return 0;
    }
    /* The rare cells are one, and if they are rare even together, one with the least of the others. */
    size_t least = rare_expected >= EXPECTED_MIN || rare_expected <= 0
                       ? cells
                       : find_least(probabilities, cells, total);
    for (size_t i = 0; i < cells; i++) {
        double expected = probabilities[i] * total;
        if (i == least) {
            rare_expected += expected;
            rare_count += counts[i];
        } else if (expected >= EXPECTED_MIN) {
            statistic += term_of(counts[i], expected);
            groups++;
        }
    }
    if (rare_expected > 0) {
        statistic += term_of(rare_count, rare_expected);
        groups++;
    }
    return groups < 2 ? 1 : chi_square_p(statistic, groups - 1);
}
