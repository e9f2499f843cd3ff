#!/bin/bash -eu
# SPDX-License-Identifier: BSD-2-Clause
exec "$SRC/heddle/ci/oss-fuzz/build.sh"
