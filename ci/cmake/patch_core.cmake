# SPDX-License-Identifier: BSD-2-Clause
#
# cmake -D FROM=<tree> -D TO=<copy> -P patch_core.cmake -- <patch>...
#
# Copies the core's sources and applies patches to the copy. One that does not fit exactly is an error:
# a mutant must plant what it says.
file(REMOVE_RECURSE ${TO})
foreach(room IN ITEMS netstack kernel)
  file(GLOB files ${FROM}/core/${room}/*.[ch])
  file(COPY ${files} DESTINATION ${TO}/core/${room})
endforeach()
set(seen OFF)
foreach(i RANGE ${CMAKE_ARGC})
  if(seen AND i LESS CMAKE_ARGC)
    execute_process(COMMAND patch -p1 --fuzz=0 --no-backup-if-mismatch -s -i ${CMAKE_ARGV${i}}
      WORKING_DIRECTORY ${TO} COMMAND_ERROR_IS_FATAL ANY)
  elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
    set(seen ON)
  endif()
endforeach()
