#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# closed_subject.sh OBJECT SYMBOL: the object defines that one global symbol and no common ones, and
# has no writable section but its own data's and those that are constant once loaded or the tools' own.
set -eu
object=$1
symbol=$2

defined=$(nm -P --defined-only --extern-only "$object" | awk 'NF > 1 { print $1 }')
if [ "$defined" != "$symbol" ]; then
    echo "$object defines: $defined"
    exit 1
fi

others=$(readelf -SW "$object" | sed -n 's/^ *\[ *[0-9]*\] //p' |
    awk '$2 != "NULL" && $7 ~ /W/ && $5 !~ /^0+$/ { print $1 }' |
    grep -vE "^(${symbol}_data|\.data\.rel\.ro.*|\.init_array.*|\.fini_array.*|__sancov_.*|__llvm_.*|asan_globals|\.eh_frame)$" || true)
if [ -n "$others" ]; then
    echo "$object has writable sections of its own: $others"
    exit 1
fi
