# Most of the time that a mutant takes goes into headers that no mutant changes: read them once.
cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL target_precompile_headers expt_eval PRIVATE
  <algorithm> <string> <vector> <absl/status/statusor.h>
  ${CMAKE_SOURCE_DIR}/include/expt/evaluate.h ${CMAKE_SOURCE_DIR}/src/model/snapshot.h)
cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL target_precompile_headers expt_core_room REUSE_FROM expt_eval)
