# SPDX-License-Identifier: BSD-2-Clause
#
# What each kind of code is compiled with, as interface targets:
#   heddle_flags       everything: warnings, paths, sanitizers that all code may have
#   heddle_observed    code under test and its adapter: all sanitizers, coverage for the fuzzing engine
#   heddle_unobserved  the engine: never address or thread, which would watch the watcher
# A program links heddle_flags, so the sanitizers' runtimes come with it.

add_library(heddle_flags INTERFACE)
target_compile_options(heddle_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
  -fno-common -g
  # Profilers and sanitizers walk frames; what is measured, and what ships, keeps the register.
  $<$<NOT:$<CONFIG:Release>>:-fno-omit-frame-pointer>
  # Paths in __FILE__ and debug information are the tree's own, the same on every machine.
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(HEDDLE_WERROR)
  target_compile_options(heddle_flags INTERFACE -Werror)
endif()

add_library(heddle_observed INTERFACE)
target_link_libraries(heddle_observed INTERFACE heddle_flags)
add_library(heddle_unobserved INTERFACE)
target_link_libraries(heddle_unobserved INTERFACE heddle_flags)

# Where the compiler knows them: a fake stack per fiber costs 70 times (see ARCHITECTURE.md), and a subject's
# globals are renamed sections, which dead stripping would lose.
include(CheckCCompilerFlag)
macro(heddle_tune_asan)
  foreach(flag IN ITEMS -fsanitize-address-use-after-return=never -fno-sanitize-address-globals-dead-stripping)
    string(MAKE_C_IDENTIFIER "HAS${flag}" has)
    check_c_compiler_flag(${flag} ${has})
    if(${has})
      target_compile_options(heddle_observed INTERFACE ${flag})
    endif()
  endforeach()
endmacro()

foreach(sanitizer IN LISTS HEDDLE_SANITIZE)
  if(sanitizer STREQUAL "address")
    target_compile_options(heddle_observed INTERFACE -fsanitize=address)
    heddle_tune_asan()
    target_link_options(heddle_flags INTERFACE -fsanitize=address)
  elseif(sanitizer STREQUAL "thread")
    target_compile_options(heddle_observed INTERFACE -fsanitize=thread)
    target_link_options(heddle_flags INTERFACE -fsanitize=thread)
  elseif(sanitizer STREQUAL "undefined")
    target_compile_options(heddle_flags INTERFACE
      -fsanitize=undefined -fno-sanitize-recover=undefined)
    target_link_options(heddle_flags INTERFACE -fsanitize=undefined)
  else()
    message(FATAL_ERROR "HEDDLE_SANITIZE: '${sanitizer}' is none of address, undefined, thread")
  endif()
endforeach()

if("address" IN_LIST HEDDLE_SANITIZE)
  target_compile_definitions(heddle_flags INTERFACE HEDDLE_ASAN=1)
endif()
if("undefined" IN_LIST HEDDLE_SANITIZE)
  target_compile_definitions(heddle_flags INTERFACE HEDDLE_UBSAN=1)
endif()
if("thread" IN_LIST HEDDLE_SANITIZE)
  target_compile_definitions(heddle_flags INTERFACE HEDDLE_TSAN=1)
endif()

# Loads and stores as scheduling points: TSan's instrumentation, and the engine behind it (fuzz/engine/access.h).
if(HEDDLE_ACCESS)
  if(HEDDLE_SANITIZE MATCHES "address|thread" OR HEDDLE_ENGINE)
    message(FATAL_ERROR "HEDDLE_ACCESS: not with other sanitizers or fuzzing engines")
  endif()
  if(NOT CMAKE_C_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "HEDDLE_ACCESS: needs clang, for gcc tells of no memcpy and no memset")
  endif()
  # A load that is followed by a store of the same is left out otherwise.
  target_compile_options(heddle_observed INTERFACE -fsanitize=thread
    "SHELL:-mllvm -tsan-instrument-read-before-write=1")
  # Of which unit an address is: libdw looks there.
  target_compile_options(heddle_flags INTERFACE -gdwarf-aranges)
  target_compile_definitions(heddle_flags INTERFACE HEDDLE_ACCESS=1)
  # Schedules that count loads and stores are of one build, and of the same addresses in every process.
  target_link_options(heddle_flags INTERFACE -Wl,--build-id=sha1 -no-pie)
endif()

# Coverage feedback is of the subject alone: an instrumented engine drowns it. heddle_feedback_compares tells libFuzzer
# of comparisons too, for targets that it mutates by itself; ours is not interested, and each costs a call.
add_library(heddle_feedback INTERFACE)
add_library(heddle_feedback_compares INTERFACE)
target_link_libraries(heddle_feedback_compares INTERFACE heddle_feedback)
if(HEDDLE_ENGINE STREQUAL "libfuzzer")
  target_compile_options(heddle_feedback INTERFACE -fsanitize-coverage=inline-8bit-counters,pc-table)
  target_compile_options(heddle_feedback_compares INTERFACE -fsanitize=fuzzer-no-link)
elseif(HEDDLE_ENGINE STREQUAL "afl")
  # AFL++'s own pass, of the LLVM that it was built with: it counts in place, where clang's trace-pc-guard calls at each edge.
  target_compile_options(heddle_feedback INTERFACE -fpass-plugin=/usr/lib/afl/SanitizerCoveragePCGUARD.so)
elseif(HEDDLE_ENGINE STREQUAL "external")
  include(${CMAKE_CURRENT_LIST_DIR}/HeddleExternal.cmake)
elseif(NOT HEDDLE_ENGINE STREQUAL "")
  message(FATAL_ERROR "HEDDLE_ENGINE: '${HEDDLE_ENGINE}' is none of libfuzzer, afl and external")
endif()
if(HEDDLE_COVERAGE)
  target_compile_options(heddle_feedback INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(heddle_flags INTERFACE -fprofile-instr-generate)
endif()

# A sibling checkout of the reference is used where nobody said otherwise.
if(NOT HEDDLE_KERNEL_SOURCE AND EXISTS ${CMAKE_SOURCE_DIR}/../shared/seed/netstack.c)
  file(REAL_PATH ${CMAKE_SOURCE_DIR}/../shared/seed/netstack.c HEDDLE_KERNEL_SOURCE)
endif()
if(HEDDLE_KERNEL_SOURCE AND NOT EXISTS ${HEDDLE_KERNEL_SOURCE})
  message(FATAL_ERROR "HEDDLE_KERNEL_SOURCE: there is no file '${HEDDLE_KERNEL_SOURCE}'")
endif()
