/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Pearson's chi-square test: do counts agree with the probabilities that were promised?
 */
#ifndef TESTS_CHI_SQUARE_H
#define TESTS_CHI_SQUARE_H

#include <stddef.h>
#include <stdint.h>

/* A promise is kept where p is above it, and a wrong twin caught where p is below. */
#define CHI_SQUARE_P 0.001

/* How likely a statistic at least this large is, by chance. Requires: freedom > 0, statistic >= 0. */
double chi_square_p(double statistic, uint32_t freedom);

/*
 * p of these counts, if each of `total` observations falls into cell i with probabilities[i]. Cells
 * that expect fewer than five are taken together.
 * Returns: 0 if some fell into no cell, or into one that was promised never to be.
 */
double chi_square_test(const double *probabilities, const uint32_t *counts, size_t cells,
                       uint32_t total);

#endif
