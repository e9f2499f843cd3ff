# SPDX-License-Identifier: BSD-2-Clause
# sha256 3578ee73fe2ad56767f33730903829e90a426bbdcf2c069d122f2900459483c2
#
# Repairs: unregister leaves out the shutdown of an instance whose create is running.
# Promise: 4: an instance that was created is shut down before it is destroyed. 3: no callback comes
# after its destroy (the reap would make up for the shutdown then).
#
# Unregister asks for a shutdown wherever it asks for a destroy, also where the create has begun and
# not yet ended: the condition for both is now the same, so one line goes.
#
# Why it is right: the shutdown pass waits for the end of what is running on the instance before it
# calls anything, and every create that began ends with an instance.

268d
