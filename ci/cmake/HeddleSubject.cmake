# SPDX-License-Identifier: BSD-2-Clause
#
# How subjects of the laboratory are made: one relocatable object each, closed over its own globals.
#
#   heddle_add_subject(NAME <name> OBJECTS <object library>...)
#   heddle_add_core_mutant(NAME <name> PATCH <file>...)
#   heddle_add_repaired_reference(NAME <name> SCRIPT <file>...)
#
# Each makes the library subject_<name>, whose one symbol is subject_<name> (netstack/subject.h), on the
# engine; subject_<name>_object is the same object without a backend, for a program that brings its own. The
# writable sections become subject_<name>_data, which the engine saves and puts back (globals.c).

# Binutils' own, whatever the compiler: the others' differ in what -r and renaming do.
find_program(HEDDLE_LD ld REQUIRED)
find_program(HEDDLE_OBJCOPY objcopy REQUIRED)
find_program(HEDDLE_READELF readelf REQUIRED)
mark_as_advanced(HEDDLE_LD HEDDLE_OBJCOPY HEDDLE_READELF)

# Closes object files: everything but the symbol subject_<name> becomes local, so that many subjects with
# the same function names live in one program. close_subject.cmake does it, and refuses what it
# cannot put back: thread-local variables, and writable sections that it does not know.
function(heddle_add_subject)
  cmake_parse_arguments(arg "" "NAME" "OBJECTS" ${ARGN})
  set(objects)
  foreach(library IN LISTS arg_OBJECTS)
    list(APPEND objects $<TARGET_OBJECTS:${library}>)
  endforeach()
  set(closed ${CMAKE_CURRENT_BINARY_DIR}/subject_${arg_NAME}.o)
  set(closer ${PROJECT_SOURCE_DIR}/ci/cmake/close_subject.cmake)
  add_custom_command(OUTPUT ${closed}
    COMMAND ${CMAKE_COMMAND} -D NAME=${arg_NAME} -D OUTPUT=${closed} -D LD=${HEDDLE_LD}
      -D OBJCOPY=${HEDDLE_OBJCOPY} -D READELF=${HEDDLE_READELF} -P ${closer} -- ${objects}
    DEPENDS ${objects} ${arg_OBJECTS} ${closer} COMMAND_EXPAND_LISTS VERBATIM
    COMMENT "Closing subject ${arg_NAME}")
  add_custom_target(subject_${arg_NAME}_closed DEPENDS ${closed})
  add_library(subject_${arg_NAME}_object INTERFACE)
  add_dependencies(subject_${arg_NAME}_object subject_${arg_NAME}_closed)
  target_link_libraries(subject_${arg_NAME}_object INTERFACE ${closed})
  add_library(subject_${arg_NAME} INTERFACE)
  target_link_libraries(subject_${arg_NAME} INTERFACE subject_${arg_NAME}_object heddle_engine)
endfunction()

# The table of a subject: one of fuzz/netstack/subject_*.c, compiled under the subject's name.
function(heddle_add_subject_table NAME SOURCE SUMMARY)
  add_library(subject_${NAME}_table OBJECT ${PROJECT_SOURCE_DIR}/fuzz/netstack/${SOURCE})
  target_link_libraries(subject_${NAME}_table PRIVATE fuzz_includes heddle_observed)
  target_compile_definitions(subject_${NAME}_table PRIVATE
    SUBJECT_NAME=${NAME} "SUBJECT_SUMMARY=\"${SUMMARY}\"")
endfunction()

# A copy of core/netstack and core/kernel in the build tree, with patches (-p1, from the top of the tree)
# applied, as a subject of its own. Tests find planted errors with it.
function(heddle_add_core_mutant)
  cmake_parse_arguments(arg "" "NAME" "PATCH" ${ARGN})
  set(copy ${PROJECT_BINARY_DIR}/mutants/${arg_NAME})
  set(sources)
  foreach(library IN ITEMS netstack_core kernel_services)
    get_target_property(directory ${library} SOURCE_DIR)
    get_target_property(files ${library} SOURCES)
    foreach(file IN LISTS files)
      cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${directory})
      cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
      list(APPEND sources ${copy}/${file})
    endforeach()
  endforeach()
  file(GLOB originals CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/core/netstack/*.[ch] ${PROJECT_SOURCE_DIR}/core/kernel/*.[ch])
  set(patches)
  foreach(patch IN LISTS arg_PATCH)
    cmake_path(ABSOLUTE_PATH patch BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    list(APPEND patches ${patch})
  endforeach()
  set(maker ${PROJECT_SOURCE_DIR}/ci/cmake/patch_core.cmake)
  add_custom_command(OUTPUT ${sources}
    COMMAND ${CMAKE_COMMAND} -D FROM=${PROJECT_SOURCE_DIR} -D TO=${copy} -P ${maker} -- ${patches}
    DEPENDS ${originals} ${patches} ${maker} COMMAND_EXPAND_LISTS VERBATIM
    COMMENT "Planting mutant ${arg_NAME}")

  add_library(mutant_${arg_NAME} OBJECT ${sources})
  target_include_directories(mutant_${arg_NAME} BEFORE PRIVATE ${copy}/core)
  target_link_libraries(mutant_${arg_NAME} PRIVATE heddle_observed heddle_feedback)
  # In reports and signatures a mutant's files are called as the core's are.
  target_compile_options(mutant_${arg_NAME} PRIVATE -ffile-prefix-map=${copy}/=)
  heddle_add_subject_table(${arg_NAME} subject_core.c "a mutant of the core")
  heddle_add_subject(NAME ${arg_NAME} OBJECTS subject_${arg_NAME}_table mutant_${arg_NAME})
endfunction()

# An illumos netstack.c, this file or a copy of it, against our headers.
function(heddle_add_illumos_library NAME SOURCE)
  add_library(${NAME} OBJECT ${SOURCE})
  target_include_directories(${NAME} BEFORE PRIVATE ${PROJECT_SOURCE_DIR}/fuzz/compat/illumos)
  target_link_libraries(${NAME} PRIVATE core_includes heddle_observed heddle_feedback)
  cmake_path(GET SOURCE PARENT_PATH directory)
  # It is others' code, with others' habits; its path is nobody's business.
  target_compile_options(${NAME} PRIVATE -ffile-prefix-map=${directory}/=)
  set_source_files_properties(${SOURCE} PROPERTIES COMPILE_OPTIONS -w)
endfunction()

# The subject of an illumos netstack.c.
function(heddle_add_illumos_subject NAME SOURCE SUMMARY)
  heddle_add_illumos_library(illumos_${NAME} ${SOURCE})
  heddle_add_subject_table(${NAME} subject_reference.c "${SUMMARY}")
  target_include_directories(subject_${NAME}_table BEFORE PRIVATE
    ${PROJECT_SOURCE_DIR}/fuzz/compat/illumos)
  heddle_add_subject(NAME ${NAME}
    OBJECTS subject_${NAME}_table illumos_${NAME} kernel_services)
endfunction()

# A copy of the reference in the build tree, with line edits applied: sed scripts that name lines by number
# and hold our own text alone. Each begins with the digest of the file that its numbers are of:
#   # sha256 <64 hexadecimal digits>
# If that is not HEDDLE_KERNEL_SOURCE, or there is none, no subject is made.
function(heddle_add_repaired_reference)
  cmake_parse_arguments(arg "" "NAME" "SCRIPT" ${ARGN})
  if(NOT HEDDLE_KERNEL_SOURCE)
    return()
  endif()
  file(SHA256 ${HEDDLE_KERNEL_SOURCE} digest)
  set(scripts)
  set(options)
  foreach(script IN LISTS arg_SCRIPT)
    cmake_path(ABSOLUTE_PATH script BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    file(STRINGS ${script} line REGEX "^# sha256 ${digest}$")
    if(NOT line)
      message(STATUS "Repair ${arg_NAME} is of another kernel source: left out")
      return()
    endif()
    list(APPEND scripts ${script})
    list(APPEND options -f ${script})
  endforeach()
  set(copy ${PROJECT_BINARY_DIR}/repaired/${arg_NAME}/netstack.c)
  cmake_path(GET copy PARENT_PATH directory)
  add_custom_command(OUTPUT ${copy}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${directory}
    COMMAND sed ${options} ${HEDDLE_KERNEL_SOURCE} > ${copy}
    DEPENDS ${HEDDLE_KERNEL_SOURCE} ${scripts} VERBATIM
    COMMENT "Repairing a copy of the reference: ${arg_NAME}")
  heddle_add_illumos_subject(${arg_NAME} ${copy} "a repaired copy of the reference")
endfunction()
