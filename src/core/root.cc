#include <algorithm>

#include "src/base/sort.h"
#include "src/base/status.h"
#include "src/core/build.h"
#include "src/core/engine.h"
#include "src/core/ruleset.h"
#include "src/host/crypto.h"
#include "src/host/signed_file.h"

namespace expt {
inline namespace v1 {

absl::StatusOr<Root> Root::Parse(std::string_view bytes, const std::optional<Digest>& pin) {
  absl::StatusOr<wire::RootModel> root = host::OpenRootFile(bytes);
  const Digest digest = host::Sha256(bytes);
  if (pin.has_value() && *pin != digest) {
    // The first failing step decides: size and envelope come before the digest.
    const std::optional<LoadError> error = LoadErrorOf(root.status());
    if (!error.has_value() || error->step >= base::LoadStep(LoadCode::kDigestMismatch)) {
      return base::LoadFailure(LoadCode::kDigestMismatch, "root: its SHA-256 is not the one pinned");
    }
  }
  if (!root.ok()) return root.status();
  auto keys = std::make_shared<core::RootKeys>();
  keys->root = *std::move(root);
  keys->digest = digest;
  for (const wire::Role& role : keys->root.roles) {
    if (role.kind == wire::RoleKind::kSnapshot) keys->environments.push_back(role.environment);
  }
  base::Sort(keys->environments.begin(), keys->environments.end());
  return core::Access::Make(std::shared_ptr<const core::RootKeys>(std::move(keys)));
}

int64_t Root::version() const { return keys_ == nullptr ? 0 : keys_->root.root_version; }

std::span<const std::string> Root::environments() const {
  if (keys_ == nullptr) return {};
  return keys_->environments;
}

const Digest& Root::digest() const {
  static constexpr Digest kNoDigest{};
  return keys_ == nullptr ? kNoDigest : keys_->digest;
}

}  // namespace v1

namespace core {

const wire::RootModel& KeysOf(const Root& root) {
  static const auto* const kNoKeys = new wire::RootModel();
  return root.keys() == nullptr ? *kNoKeys : root.keys()->root;
}

}  // namespace core
}  // namespace expt
