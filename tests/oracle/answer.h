// What an evaluation came to, as vectors write it.
#ifndef EXPT_TESTS_ORACLE_ANSWER_H_
#define EXPT_TESTS_ORACLE_ANSWER_H_

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "expt/decision.h"

namespace expt::oracle {

struct OracleExposure {
  std::string experiment;
  std::string id;
  std::string variant;
  std::string bucket_by;
  uint32_t phase = 0;
  bool is_holdout = false;
  bool is_sticky = false;   // the experiment is
  bool was_stored = false;  // origin sticky
  friend bool operator==(const OracleExposure&, const OracleExposure&) = default;
};

struct Answer {
  std::string value = "null";  // as JSON
  std::string variant;
  std::string reason;
  std::string error;
  std::string rule;
  int32_t bucket = -1;
  std::vector<OracleExposure> exposures;
  friend bool operator==(const Answer&, const Answer&) = default;
};
std::ostream& operator<<(std::ostream& out, const Answer& answer);

// The same facts of a decision of the engine.
Answer AnswerOf(const Decision& decision);

}  // namespace expt::oracle

#endif  // EXPT_TESTS_ORACLE_ANSWER_H_
