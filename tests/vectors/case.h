// The fields of a case of a vector file, as the oracle takes and gives them.
#ifndef EXPT_TESTS_VECTORS_CASE_H_
#define EXPT_TESTS_VECTORS_CASE_H_

#include <nlohmann/json.hpp>

#include "tests/oracle/oracle.h"

namespace expt::vectors {

oracle::Asked AskedOf(const nlohmann::json& test);

// "expect"
oracle::Answer AnswerOf(const nlohmann::json& expect);
nlohmann::json JsonOf(const oracle::Answer& answer);

}  // namespace expt::vectors

#endif  // EXPT_TESTS_VECTORS_CASE_H_
