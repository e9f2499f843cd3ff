/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The subjects of the programs that people use: the tool and the fuzz targets. Tests list their
 * own.
 */
#include "netstack/laboratory.h"

extern const struct subject subject_core;
#ifdef HEDDLE_REFERENCE
extern const struct subject subject_reference;
#endif

const struct subject *const laboratory_subjects[] = {
    &subject_core,
#ifdef HEDDLE_REFERENCE
    &subject_reference,
#endif
    NULL,
};
