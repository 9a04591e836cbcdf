#include "control-plane/cli/key_set.h"

#include <set>
#include <span>

#include "control-plane/cli/status.h"
#include "src/host/signed_file.h"
#include "src/wire/root.h"

namespace expt::cli {

absl::StatusOr<KeySet> MakeKeySet(const std::vector<std::string>& environments, Time now, std::chrono::days life) {
  if (environments.empty()) return InvalidArgument("environments: expected at least one");
  std::set<std::string> seen;
  for (const std::string& environment : environments) {
    if (environment.empty()) return InvalidArgument("environments: expected an id, got an empty one");
    if (!seen.insert(environment).second) {
      return InvalidArgument("environments: \"" + environment + "\" is given twice");
    }
  }
  KeySet keys{host::SecretKey::Generate(), host::SecretKey::Generate(), host::SecretKey::Generate(), {}};
  wire::RootModel root;
  root.root_version = 1;
  root.issued_at_ms = now.time_since_epoch().count();
  root.expires_at_ms = (now + life).time_since_epoch().count();
  root.public_keys = {keys.root_key.public_key(), keys.head_key.public_key(), keys.snapshot_key.public_key()};
  root.roles.push_back({wire::RoleKind::kRoot, "", 1, {0}});
  for (const std::string& environment : environments) {
    root.roles.push_back({wire::RoleKind::kHead, environment, 1, {1}});
    root.roles.push_back({wire::RoleKind::kSnapshot, environment, 1, {2}});
    root.epochs.push_back({environment, 1});
  }
  keys.root = host::MakeSignedFile(wire::PayloadType::kRoot, wire::EncodeRoot(root), std::span(&keys.root_key, 1));
  return keys;
}

}  // namespace expt::cli
