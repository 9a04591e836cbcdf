# Most of the time that a mutant takes goes into headers that no mutant changes and into reading the vectors: the headers
# are read once, and the vectors by optimised code.
function(make_mutants_faster)
  target_precompile_headers(expt_eval PRIVATE <algorithm> <string> <vector> <absl/status/statusor.h>
    ${CMAKE_SOURCE_DIR}/include/expt/evaluate.h ${CMAKE_SOURCE_DIR}/src/model/snapshot.h)
  target_precompile_headers(expt_core_room REUSE_FROM expt_eval)
  foreach(reader expt_definitions evaluation_vectors_test)
    target_compile_options(${reader} PRIVATE -O1)
  endforeach()
endfunction()
cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL make_mutants_faster)
