// What the native implementation of src/eval/regex.h says, for the WASM module to be compared with.
#ifndef EXPT_TESTS_WASM_REGEX_ANSWERS_H_
#define EXPT_TESTS_WASM_REGEX_ANSWERS_H_

#include <nlohmann/json.hpp>

namespace expt::wasm {

// {"texts": [...], "patterns": [[pattern, defect] or [pattern, matches]]}; matches has a 0 or 1 for each text.
nlohmann::json RegexAnswers();

}  // namespace expt::wasm

#endif  // EXPT_TESTS_WASM_REGEX_ANSWERS_H_
