#include "absl/status/status.h"

namespace absl {

struct Status::Error {
  StatusCode code;
  std::string message;
  std::string url;
  Cord payload;
};

Status::Status(StatusCode code, string_view message) {
  if (code != StatusCode::kOk) error_ = new Error{code, std::string(message), {}, {}};
}

Status::Error* Status::CopyOf(const Error* error) { return error == nullptr ? nullptr : new Error(*error); }
void Status::Free(Error* error) { delete error; }

StatusCode Status::code() const { return error_ == nullptr ? StatusCode::kOk : error_->code; }

string_view Status::message() const { return error_ == nullptr ? string_view() : error_->message; }

void Status::SetPayload(string_view url, Cord payload) {
  if (error_ == nullptr) return;
  error_->url = url;
  error_->payload = std::move(payload);
}

std::optional<Cord> Status::GetPayload(string_view url) const {
  if (error_ == nullptr || error_->url != url) return std::nullopt;
  return error_->payload;
}

}  // namespace absl
