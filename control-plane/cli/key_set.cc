#include "control-plane/cli/key_set.h"

#include <set>
#include <utility>

#include "control-plane/cli/status.h"
#include "src/host/signed_file.h"
#include "src/wire/root.h"

namespace expt::cli {

absl::StatusOr<KeySet> MakeKeySet(const std::vector<std::string>& environments, Time now, std::chrono::days life,
                                  RootKeys root_keys) {
  if (root_keys.threshold < 1 || root_keys.threshold > root_keys.count) {
    return InvalidArgument("root keys: expected a threshold of 1 to " + std::to_string(root_keys.count) + ", got " +
                           std::to_string(root_keys.threshold));
  }
  std::set<std::string> seen;
  for (const std::string& environment : environments) {
    if (environment.empty()) return InvalidArgument("environments: expected an id, got an empty one");
    if (!seen.insert(environment).second) {
      return InvalidArgument("environments: \"" + environment + "\" is given twice");
    }
  }
  KeySet keys{{}, host::SecretKey::Generate(), host::SecretKey::Generate(), {}};
  wire::RootModel root;
  root.root_version = 1;
  root.issued_at_ms = now.time_since_epoch().count();
  root.expires_at_ms = (now + life).time_since_epoch().count();
  root.public_keys = {keys.head_key.public_key(), keys.snapshot_key.public_key()};
  wire::Role role = {wire::RoleKind::kRoot, "", static_cast<uint32_t>(root_keys.threshold), {}};
  for (int i = 0; i < root_keys.count; ++i) {
    keys.root_keys.push_back(host::SecretKey::Generate());
    role.keys.push_back(static_cast<uint32_t>(root.public_keys.size()));
    root.public_keys.push_back(keys.root_keys.back().public_key());
  }
  root.roles.push_back(std::move(role));
  for (const std::string& environment : environments) {
    root.roles.push_back({wire::RoleKind::kHead, environment, 1, {0}});
    root.roles.push_back({wire::RoleKind::kSnapshot, environment, 1, {1}});
    root.epochs.push_back({environment, 1});
  }
  keys.root = host::MakeSignedFile(wire::PayloadType::kRoot, wire::EncodeRoot(root), keys.root_keys);
  return keys;
}

}  // namespace expt::cli
