# SPDX-License-Identifier: BSD-2-Clause
#
# heddle_add_subject(NAME <name> OBJECTS <object library>...)
#
# Closes object files into one subject, subject_<name>: everything but the symbol subject_<name>
# becomes local, so that many subjects with the same function names live in one program; and the writable
# sections become subject_<name>_data, which the engine saves and puts back (see globals.c). Tests link
# it by its name.
function(heddle_add_subject)
  cmake_parse_arguments(arg "" "NAME" "OBJECTS" ${ARGN})
  set(objects)
  foreach(library IN LISTS arg_OBJECTS)
    list(APPEND objects $<TARGET_OBJECTS:${library}>)
  endforeach()
  set(joined ${CMAKE_CURRENT_BINARY_DIR}/subject_${arg_NAME}.joined.o)
  set(closed ${CMAKE_CURRENT_BINARY_DIR}/subject_${arg_NAME}.o)
  set(data subject_${arg_NAME}_data)
  add_custom_command(OUTPUT ${closed}
    COMMAND ${CMAKE_LINKER} -r -o ${joined} ${objects}
    COMMAND ${CMAKE_OBJCOPY}
      --keep-global-symbol=subject_${arg_NAME}
      --rename-section .data=${data},alloc,load,data,contents
      --rename-section .bss=${data},alloc,load,data,contents
      --rename-section .data.rel=${data},alloc,load,data,contents
      --rename-section .data.rel.local=${data},alloc,load,data,contents
      ${joined} ${closed}
    DEPENDS ${objects} ${arg_OBJECTS} COMMAND_EXPAND_LISTS VERBATIM
    COMMENT "Closing subject ${arg_NAME}")
  add_custom_target(subject_${arg_NAME}_closed DEPENDS ${closed})
  add_library(subject_${arg_NAME} INTERFACE)
  add_dependencies(subject_${arg_NAME} subject_${arg_NAME}_closed)
  target_link_libraries(subject_${arg_NAME} INTERFACE ${closed})
endfunction()
