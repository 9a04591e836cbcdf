#include "src/client/root_chain.h"

#include "src/base/status.h"
#include "src/core/engine.h"
#include "src/host/signed_file.h"

namespace expt::client {

absl::Status RootChain::Start(std::string_view file, const Digest& pin) { return StartWith(file, pin); }

absl::Status RootChain::Start(std::string_view file) { return StartWith(file, std::nullopt); }

absl::Status RootChain::StartWith(std::string_view file, const std::optional<Digest>& pin) {
  absl::StatusOr<Root> root = Root::Parse(file, pin);
  if (!root.ok()) return root.status();
  newest_ = *std::move(root);
  files_.assign(1, std::string(file));
  return absl::OkStatus();
}

absl::Status RootChain::Extend(std::string_view file) {
  absl::StatusOr<Root> next = Root::Parse(file);
  if (!next.ok()) return next.status();
  wire::VerifyRequest request;
  request.type = wire::PayloadType::kRoot;
  const auto opened = host::OpenSignedFile(file, core::KeysOf(newest_), request);
  if (!opened.ok()) return opened.status();
  if (next->version() != newest_.version() + 1) {
    return base::LoadFailure(LoadCode::kRollback, "root: expected version " + std::to_string(newest_.version() + 1) +
                                                      ", got " + std::to_string(next->version()));
  }
  if (files_.size() > kMaxSteps) {
    return base::LoadFailure(LoadCode::kFastForward, "root: more than " + std::to_string(kMaxSteps) + " steps");
  }
  newest_ = *std::move(next);
  files_.emplace_back(file);
  return absl::OkStatus();
}

bool RootChain::IsExpired(Time now) const {
  if (files_.empty()) return false;
  const int64_t expires_at_ms = core::KeysOf(newest_).expires_at_ms;
  return expires_at_ms != 0 && now.time_since_epoch().count() >= expires_at_ms;
}

}  // namespace expt::client
