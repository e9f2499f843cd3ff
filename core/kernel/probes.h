/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The probes of the netstack, by the names that illumos gives them, with what each
 * argument is: USDT in the posix backend, events under the engine. `stack` is the
 * netstack_t, `nms` its nm_state_t, `limited_ns` how long a birth waited.
 */
#ifndef KERNEL_PROBES_H
#define KERNEL_PROBES_H

/* X(name, first argument, second argument) */
#define KERNEL_PROBES(X)                                                                           \
    X(netstack__create__needed, stack, module)                                                     \
    X(netstack__create__inprogress, stack, module)                                                 \
    X(netstack__create__start, stackid, stack)                                                     \
    X(netstack__create__end, instance, stack)                                                      \
    X(netstack__create__completed, stack, module)                                                  \
    X(netstack__shutdown__needed, stack, module)                                                   \
    X(netstack__shutdown__inprogress, stack, module)                                               \
    X(netstack__shutdown__start, stackid, instance)                                                \
    X(netstack__shutdown__end, stack, none)                                                        \
    X(netstack__shutdown__completed, stack, module)                                                \
    X(netstack__destroy__needed, stack, module)                                                    \
    X(netstack__destroy__inprogress, stack, module)                                                \
    X(netstack__destroy__start, stackid, instance)                                                 \
    X(netstack__destroy__end, stack, none)                                                         \
    X(netstack__destroy__completed, stack, module)                                                 \
    X(netstack__destroy__done, stack, module)                                                      \
    X(netstack__inc__numzones, stack, none)                                                        \
    X(netstack__dec__numzones, stack, none)                                                        \
    X(netstack__inc__ref, stack, none)                                                             \
    X(netstack__dec__ref, stack, none)                                                             \
    X(netstack__wait__zone__inprogress, stack, none)                                               \
    X(netstack__wait__nms__inprogress, stack, nms)                                                 \
    X(netstack__reap__rate__limited, limited_ns, none)

enum kernel_probe {
#define KERNEL_PROBE_NAME(name, first, second) KERNEL_PROBE_##name,
    KERNEL_PROBES(KERNEL_PROBE_NAME)
#undef KERNEL_PROBE_NAME
    KERNEL_PROBE_COUNT
};

#endif
