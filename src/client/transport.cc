#include "expt/transport.h"

#include "src/base/status.h"

namespace expt {
inline namespace v1 {

std::string_view HttpReply::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

absl::StatusOr<std::unique_ptr<HttpStream>> Transport::OpenStream(const HttpRequest&) {
  return base::Error(absl::StatusCode::kUnimplemented, "http: this transport has no streams");
}

void Transport::Wait(std::chrono::milliseconds) {}

void Transport::Wake() {}

}  // namespace v1
}  // namespace expt
