/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Scalar types and constants that illumos sources take for granted.
 */
#ifndef ILLUMOS_SYS_PARAM_H
#define ILLUMOS_SYS_PARAM_H

#include "kernel/kernel.h"

typedef enum { B_FALSE, B_TRUE } boolean_t;
typedef unsigned char uchar_t;
typedef unsigned short ushort_t;
typedef unsigned int uint_t;
typedef unsigned long ulong_t;
typedef int id_t;
typedef long long hrtime_t;

#ifndef NULL
#define NULL ((void *)0)
#endif

#endif
