# SPDX-License-Identifier: BSD-2-Clause
#
# HEDDLE_ENGINE=external: compilers, flags, sanitizer and fuzzing engine come from the environment, as on OSS-Fuzz
# (CC, CXX, CFLAGS, CXXFLAGS, SANITIZER, FUZZING_ENGINE, LIB_FUZZING_ENGINE). We choose none: we only take away from the
# engine's code what would watch the watcher, and give the subject's back.
foreach(variable IN ITEMS CC CXX CFLAGS SANITIZER FUZZING_ENGINE LIB_FUZZING_ENGINE)
  if("$ENV{${variable}}" STREQUAL "")
    message(FATAL_ERROR "HEDDLE_ENGINE=external: ${variable} is not in the environment")
  endif()
endforeach()
set(HEDDLE_FUZZING_ENGINE "$ENV{FUZZING_ENGINE}")
separate_arguments(HEDDLE_FUZZING_LIBRARY UNIX_COMMAND "$ENV{LIB_FUZZING_ENGINE}")

separate_arguments(given UNIX_COMMAND "$ENV{CFLAGS}")
set(given_coverage ${given})
list(FILTER given_coverage INCLUDE REGEX "^-fsanitize=fuzzer-no-link$|^-fsanitize-coverage=")
if(given_coverage)
  foreach(library heddle_observed heddle_unobserved)
    target_compile_options(${library} INTERFACE -fno-sanitize=fuzzer-no-link
      -fno-sanitize-coverage=edge,trace-pc-guard,inline-8bit-counters,pc-table,trace-cmp,indirect-calls)
  endforeach()
  target_compile_options(heddle_feedback INTERFACE ${given_coverage})
endif()

if("$ENV{SANITIZER}" STREQUAL "address")
  target_compile_definitions(heddle_flags INTERFACE HEDDLE_ASAN=1)
  target_compile_options(heddle_unobserved INTERFACE -fno-sanitize=address)
  heddle_tune_asan()
elseif("$ENV{SANITIZER}" STREQUAL "undefined")
  target_compile_definitions(heddle_flags INTERFACE HEDDLE_UBSAN=1)
endif()
