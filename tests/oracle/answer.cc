#include "tests/oracle/answer.h"

#include <ostream>

namespace expt::oracle {

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  out << "{value " << answer.value << ", variant \"" << answer.variant << "\", " << answer.reason << " " << answer.error
      << ", rule \"" << answer.rule << "\", bucket " << answer.bucket << ", exposures";
  for (const OracleExposure& e : answer.exposures) {
    out << " [" << e.experiment << " " << e.id << " " << e.variant << " " << e.bucket_by << " " << e.phase
        << (e.is_holdout ? " holdout" : "") << (e.is_sticky ? " sticky" : "") << (e.was_stored ? " stored" : "") << "]";
  }
  return out << "}";
}

Answer AnswerOf(const Decision& decision) {
  Answer answer;
  answer.value = ToJson(decision.value);
  answer.variant = decision.variant;
  answer.reason = ReasonName(decision.reason);
  answer.error = ErrorCodeName(decision.error);
  answer.rule = decision.rule;
  answer.bucket = decision.bucket;
  for (const Exposure& exposure : decision.exposures()) {
    answer.exposures.push_back({.experiment = std::string(exposure.experiment),
                                .id = std::string(exposure.experiment_id),
                                .variant = std::string(exposure.variant),
                                .bucket_by = std::string(exposure.bucket_by),
                                .phase = exposure.phase,
                                .is_holdout = exposure.is_holdout,
                                .is_sticky = exposure.is_sticky,
                                .was_stored = exposure.origin == ExposureOrigin::kSticky});
  }
  return answer;
}

}  // namespace expt::oracle
