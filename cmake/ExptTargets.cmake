# Functions that every room uses, so that flags and conventions stand in one place.

find_package(PkgConfig REQUIRED)

# Flags of all code of this project; never PUBLIC.
add_library(expt_flags INTERFACE)
target_compile_features(expt_flags INTERFACE cxx_std_20)
target_compile_options(expt_flags INTERFACE
  -Wall -Wextra $<$<BOOL:${EXPT_WERROR}>:-Werror>
  -ffp-contract=off -fno-fast-math -fvisibility=hidden
  # Lines and functions for stack traces, without variables: a fifth less to compile. A Debug build has them.
  $<$<CONFIG:RelWithDebInfo>:-g1>)
if(EXPT_SANITIZE)
  # Undefined behaviour ends the program, so that a test sees it.
  target_compile_options(expt_flags INTERFACE
    -fsanitize=${EXPT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    # With sanitizers GCC 12 takes members of a std::variant for unset.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(expt_flags INTERFACE -fsanitize=${EXPT_SANITIZE})
endif()
if(EXPT_FUZZ)
  target_compile_options(expt_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(EXPT_COVERAGE)
  target_compile_options(expt_flags INTERFACE --coverage)
  target_link_options(expt_flags INTERFACE --coverage)
endif()

# Several files at a time, where EXPT_UNITY says so. They include what they need all the same: the builds with sanitizers
# compile each by itself. The rooms that run at every evaluation are left out: they are measured as users compile them.
function(expt_unity target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${EXPT_UNITY} UNITY_BUILD_BATCH_SIZE 9)
endfunction()

# expt_room(NAME base [UNITY] SOURCES a.cc ... [LINK targets...])
# An OBJECT library expt_<name> of one room of src/; src/core and src/client gather the objects.
function(expt_room)
  cmake_parse_arguments(ARG "UNITY" "NAME" "SOURCES;LINK" ${ARGN})
  add_library(expt_${ARG_NAME} OBJECT ${ARG_SOURCES})
  target_include_directories(expt_${ARG_NAME} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR})
  target_link_libraries(expt_${ARG_NAME} PRIVATE expt_flags PUBLIC ${ARG_LINK})
  set_target_properties(expt_${ARG_NAME} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(ARG_UNITY)
    expt_unity(expt_${ARG_NAME})
  endif()
endfunction()

# exptd_room(NAME storage SOURCES a.cc ... [LINK targets...])
# A static library exptd_<name> of one room of control-plane/.
function(exptd_room)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;LINK" ${ARGN})
  add_library(exptd_${ARG_NAME} STATIC ${ARG_SOURCES})
  target_include_directories(exptd_${ARG_NAME} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR})
  target_link_libraries(exptd_${ARG_NAME} PRIVATE expt_flags PUBLIC ${ARG_LINK})
  expt_unity(exptd_${ARG_NAME})
endfunction()

# expt_test(NAME wire_test SOURCES a_test.cc ... [LINK targets...] [LABELS unit] [TIMEOUT seconds] [ARGS ...])
# One GoogleTest program, run by ctest as one test.
function(expt_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "SOURCES;LINK;LABELS;ARGS" ${ARGN})
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(EXPT_SANITIZE)
    math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 5")
  endif()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_include_directories(${ARG_NAME} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR})
  target_link_libraries(${ARG_NAME} PRIVATE expt_flags ${ARG_LINK} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${ARG_NAME} PRIVATE EXPT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" EXPT_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} ${ARG_ARGS})
  set_tests_properties(${ARG_NAME} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()

# add_subdirectory() of a folder that may not be there yet.
function(expt_add_room dir)
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/CMakeLists.txt)
    add_subdirectory(${dir})
  endif()
endfunction()

# Schemas generated for libprotobuf: target expt_proto, for control-plane and tests only.
function(expt_add_proto)
  find_package(Protobuf REQUIRED)
  set(dir ${PROJECT_SOURCE_DIR}/src/wire)
  set(out ${PROJECT_BINARY_DIR}/proto)
  file(MAKE_DIRECTORY ${out})
  set(sources)
  foreach(name audience root head snapshot event status)
    add_custom_command(
      OUTPUT ${out}/expt/v1/${name}.pb.cc ${out}/expt/v1/${name}.pb.h
      COMMAND protobuf::protoc -I${dir} --cpp_out=${out} ${dir}/expt/v1/${name}.proto
      DEPENDS ${dir}/expt/v1/${name}.proto)
    list(APPEND sources ${out}/expt/v1/${name}.pb.cc)
  endforeach()
  add_library(expt_proto STATIC ${sources})
  target_include_directories(expt_proto SYSTEM PUBLIC ${out})
  target_link_libraries(expt_proto PUBLIC protobuf::libprotobuf)
  target_compile_features(expt_proto PUBLIC cxx_std_20)
endfunction()
