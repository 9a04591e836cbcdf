#include "control-plane/service/fault.h"

namespace expt::service {
namespace {

Fault Make(int status, std::string title, std::string detail, std::vector<Problem> errors = {}) {
  return {.status = status, .title = std::move(title), .detail = std::move(detail), .errors = std::move(errors)};
}

}  // namespace

std::string Fault::Text() const {
  if (detail.empty()) return title;
  return title.empty() ? detail : title + ": " + detail;
}

Fault NotFound(std::string detail) { return Make(404, "not found", std::move(detail)); }

Fault Conflict(std::string detail, std::vector<Problem> errors) {
  return Make(409, "conflict", std::move(detail), std::move(errors));
}

Fault StaleRevision(std::string detail) { return Make(412, "revision is stale", std::move(detail)); }

Fault Malformed(std::string detail) { return Make(400, "request is not readable", std::move(detail)); }

Fault Invalid(std::string detail, std::vector<Problem> errors) {
  return Make(422, "document is not valid", std::move(detail), std::move(errors));
}

Fault Unauthenticated() { return Make(401, "not authenticated", "the credential is missing, unknown or revoked"); }

Fault StorageFault(const absl::Status& status) {
  if (status.code() == absl::StatusCode::kUnavailable) {
    return Make(503, "storage is not available", "the change was not made; try again");
  }
  return Make(500, "internal error", "the storage of the server has failed; its log says why");
}

}  // namespace expt::service
