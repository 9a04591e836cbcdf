// Makes the edits of a change request and publishes them: a route when somebody asks for it, and the schedule.
#ifndef EXPT_CONTROL_PLANE_API_CHANGE_APPLY_H_
#define EXPT_CONTROL_PLANE_API_CHANGE_APPLY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "control-plane/api/route.h"

namespace expt::api {

// In whose name, and where. `call.actor` is one of the things that belong to `person`.
struct ChangeTask {
  const service::Call& call;
  std::string person;
  service::Where where;  // its key is the id of the change request; empty: a new one
};

// All edits are committed in one step, and only when the publish that follows would be accepted. A fault of that
// publish nevertheless (somebody was faster) leaves the change request applied, not published and with the reason;
// applying it again publishes. The answer has "warnings" beside the change request.
service::Result<service::Versioned> ApplyChange(const Services& services, const ChangeTask& task,
                                                std::optional<int64_t> revision);
// The same for `body`, which is no change request yet: nothing is left of it when it is refused.
service::Result<service::Versioned> ApplyNewChange(const Services& services, const service::Caller& caller,
                                                   const ChangeTask& task, const nlohmann::json& body);

// The same when its time has come, in the name of `actor` with the rights of now. What comes of it stands in the change
// request and in the log.
void ApplyDue(const Services& services, const service::Where& where, const std::string& actor);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_CHANGE_APPLY_H_
