#include "absl/status/status.h"

namespace absl {

struct Status::Error {
  StatusCode code;
  std::string message;
  Cord payload;
};

Status::Status(StatusCode code, string_view message) {
  if (code != StatusCode::kOk) error_ = new Error{code, std::string(message), {}};
}

StatusCode Status::code() const { return error_ == nullptr ? StatusCode::kOk : error_->code; }

string_view Status::message() const { return error_ == nullptr ? string_view() : error_->message; }

void Status::SetPayload(string_view, Cord payload) {
  if (error_ != nullptr) error_->payload = std::move(payload);
}

std::optional<Cord> Status::GetPayload(string_view) const {
  if (error_ == nullptr || error_->payload.size() == 0) return std::nullopt;
  return error_->payload;
}

}  // namespace absl
