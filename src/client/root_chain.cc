#include "src/client/root_chain.h"

#include <algorithm>

#include "src/base/status.h"
#include "src/core/engine.h"
#include "src/host/crypto.h"
#include "src/host/signed_file.h"
#include "src/wire/root.h"

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

absl::Status RootChain::StartAmong(std::span<const std::string> files, const RootAnchor& anchor) {
  const auto is_first = [&](const std::string& file) {
    return anchor.pin.has_value() ? host::Sha256(file) == *anchor.pin : file == anchor.file;
  };
  auto file = std::find_if(files.begin(), files.end(), is_first);
  if (file == files.end()) return base::LoadFailure(LoadCode::kUnknownKey, "root: the trusted one is not there");
  if (absl::Status status = StartWith(*file, anchor.pin); !status.ok()) return status;
  while (++file != files.end()) {
    if (absl::Status status = Extend(*file); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status RootChain::Extend(std::string_view file) {
  absl::StatusOr<Root> next = Root::Parse(file);
  if (!next.ok()) return next.status();
  wire::VerifyRequest request;
  request.type = wire::PayloadType::kRoot;
  const auto opened = host::OpenSignedFile(file, core::KeysOf(newest_), request);
  if (!opened.ok()) return opened.status();
  if (absl::Status status = wire::CheckSuccessor(core::KeysOf(newest_), core::KeysOf(*next)); !status.ok()) {
    return status;
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
