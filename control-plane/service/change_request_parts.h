// Small steps that the parts of ChangeRequests share.
#ifndef EXPT_CONTROL_PLANE_SERVICE_CHANGE_REQUEST_PARTS_H_
#define EXPT_CONTROL_PLANE_SERVICE_CHANGE_REQUEST_PARTS_H_

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control-plane/service/edits.h"
#include "control-plane/service/fault.h"
#include "control-plane/storage/change_requests.h"
#include "control-plane/storage/state_store.h"

namespace expt::service {

inline constexpr std::string_view kChangeRequestKind = "change_request";  // in the audit

inline constexpr std::array<std::pair<storage::ChangeRequestState, std::string_view>, 5> kChangeRequestStates = {
    {{storage::ChangeRequestState::kOpen, "open"},
     {storage::ChangeRequestState::kInReview, "in_review"},
     {storage::ChangeRequestState::kApproved, "approved"},
     {storage::ChangeRequestState::kApplied, "applied"},
     {storage::ChangeRequestState::kClosed, "closed"}}};

std::string_view StateName(storage::ChangeRequestState state);
bool IsOver(const storage::ChangeRequest& request);  // applied or closed

// 409: `change request "chg_1" is open`, and `more`.
Fault WrongState(const storage::ChangeRequest& request, std::string_view more = "");

std::vector<Edit> EditsOf(const storage::ChangeRequest& request);
bool IsAuthor(const storage::ChangeRequest& request, const std::string& person);

// An entry of the audit about what is done with the change request.
storage::Note NoteOf(const storage::ChangeRequest& request, std::string action, const nlohmann::json& after);

nlohmann::json InstantOrNull(int64_t time_ms);  // 0: null
// 0 for none; 400 for what is no cursor.
Result<int64_t> NumberOfCursor(const std::string& cursor);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_CHANGE_REQUEST_PARTS_H_
