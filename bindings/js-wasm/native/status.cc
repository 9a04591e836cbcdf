#include "absl/status/status.h"

namespace absl {

struct Status::Error {
  StatusCode code;
  std::string message;
  std::string url;
  Cord payload;
};

Status::Status(StatusCode code, string_view message) {
  if (code == StatusCode::kOk) return;
  error_ = std::make_shared<const Error>(Error{code, std::string(message), {}, {}});
}

StatusCode Status::code() const { return error_ == nullptr ? StatusCode::kOk : error_->code; }

string_view Status::message() const { return error_ == nullptr ? string_view() : error_->message; }

void Status::SetPayload(string_view url, Cord payload) {
  if (error_ == nullptr) return;
  error_ = std::make_shared<const Error>(Error{error_->code, error_->message, std::string(url), std::move(payload)});
}

std::optional<Cord> Status::GetPayload(string_view url) const {
  if (error_ == nullptr || error_->url != url) return std::nullopt;
  return error_->payload;
}

}  // namespace absl
