// What an environment asks for before something goes live: persons who agree, and times in which nothing does.
// docs/decisions/review.md says what is held up and what never is.
#ifndef EXPT_CONTROL_PLANE_SERVICE_REVIEW_H_
#define EXPT_CONTROL_PLANE_SERVICE_REVIEW_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "control-plane/service/fault.h"
#include "control-plane/service/json_reader.h"

namespace expt::storage {
class StateStore;
}

namespace expt::service {

// {"required": false, "approvals": 1} and [{"from", "until", "reason"}] of an environment, with what was left out.
nlohmann::json ReadReview(ObjectReader& environment, Problems& problems);
nlohmann::json ReadFreezes(ObjectReader& environment, Problems& problems);

// How many persons must approve what changes the environment, or the whole project where `environment` is empty: the
// most that one of its environments asks for. 0 without a review.
Result<int64_t> ApprovalsNeeded(storage::StateStore& state, std::string_view project, std::string_view environment);

// 409, with the way, where a review is asked for.
std::optional<Fault> RefuseUnreviewed(storage::StateStore& state, std::string_view project,
                                      std::string_view environment);

// 409 that names the freeze in which `time_ms` lies.
std::optional<Fault> RefuseInFreeze(storage::StateStore& state, std::string_view project, std::string_view environment,
                                    int64_t time_ms);

// True when a change of a flag from one to the other changes no decision: description, owner, tags.
bool DecidesTheSame(const nlohmann::json& before, const nlohmann::json& after);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_REVIEW_H_
