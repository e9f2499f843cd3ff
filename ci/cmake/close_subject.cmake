# SPDX-License-Identifier: BSD-2-Clause
#
# cmake -D NAME= -D OUTPUT= -D LD= -D OBJCOPY= -D READELF= -P close_subject.cmake -- <object>...
#
# Joins the objects of a subject into one, renames every writable section to subject_<NAME>_data, and makes
# every symbol but subject_<NAME> local. What is not known to be safe is an error, not a guess.
set(objects)
set(seen OFF)
foreach(i RANGE ${CMAKE_ARGC})
  if(seen AND i LESS CMAKE_ARGC)
    list(APPEND objects ${CMAKE_ARGV${i}})
  elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
    set(seen ON)
  endif()
endforeach()

# -d gives common symbols their place.
set(joined ${OUTPUT}.joined)
execute_process(COMMAND ${LD} -r -d -o ${joined} ${objects} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${READELF} -SW ${joined} OUTPUT_VARIABLE table COMMAND_ERROR_IS_FATAL ANY)

# Constant once the program is loaded, or the compiler's and sanitizers' own bookkeeping.
set(kept "^(\\.data\\.rel\\.ro.*|\\.init_array.*|\\.fini_array.*|\\.preinit_array.*|\\.ctors.*|\\.dtors.*|__sancov_.*|__llvm_.*|asan_globals|\\.eh_frame|__libfuzzer_extra_counters|__patchable_function_entries|\\.probes)$")
set(ours "^\\.(data|bss|sdata|sbss|ldata|lbss)(\\..*)?$")

# [ 3] .data  PROGBITS  0000000000000000 002838 000004 00  WA  0   0  4
string(REPLACE "\n" ";" lines "${table}")
set(renames)
foreach(line IN LISTS lines)
  if(NOT line MATCHES "^ +\\[ *[0-9]+\\] ([^ ]+) +[A-Z_]+ +[0-9a-f]+ +[0-9a-f]+ +([0-9a-f]+) +[0-9a-f]+ +([A-Za-z]+) ")
    continue()
  endif()
  set(section ${CMAKE_MATCH_1})
  set(size ${CMAKE_MATCH_2})
  set(flags ${CMAKE_MATCH_3})
  if(NOT flags MATCHES "W" OR size MATCHES "^0+$" OR section MATCHES "${kept}")
    continue()
  elseif(flags MATCHES "T")
    message(FATAL_ERROR "subject ${NAME}: thread-local variables (${section}) cannot be put back")
  elseif(section MATCHES "${ours}")
    list(APPEND renames --rename-section ${section}=subject_${NAME}_data,alloc,load,data,contents)
  else()
    message(FATAL_ERROR "subject ${NAME}: writable section ${section}: is it the subject's?")
  endif()
endforeach()

execute_process(COMMAND ${OBJCOPY} --keep-global-symbol=subject_${NAME} ${renames}
  ${joined} ${OUTPUT} COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE ${joined})
