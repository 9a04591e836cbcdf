// What an operator changes between one Root and the next, and what a Root file says about itself.
//
//   RootPlan plan(*root);                       // of version N
//   plan.AddKey(RoleKind::kSnapshot, "", key);  // every environment
//   plan.Revoke(stolen);
//   plan.RaiseEpoch("env_7f3a");
//   wire::RootModel next = *plan.Finish(now, life);
#ifndef EXPT_CONTROL_PLANE_CLI_ROOT_PLAN_H_
#define EXPT_CONTROL_PLANE_CLI_ROOT_PLAN_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "expt/snapshot.h"
#include "src/host/crypto.h"
#include "src/wire/root.h"

namespace expt::cli {

// Keys by value instead of by row, so that they come and go. Errors are kInvalidArgument or kNotFound.
class RootPlan {
 public:
  // The first Root.
  RootPlan() = default;
  // The one after `before`.
  explicit RootPlan(const wire::RootModel& before);

  // Of every environment where `environment` is empty; of kRoot it must be.
  absl::Status AddKey(wire::RoleKind kind, const std::string& environment, const wire::PublicKey& key);
  absl::Status RemoveKey(wire::RoleKind kind, const std::string& environment, const wire::PublicKey& key);
  // Takes it out of every role, and has it refused even if it is named again.
  absl::Status Revoke(const wire::PublicKey& key);
  absl::Status SetThreshold(wire::RoleKind kind, const std::string& environment, uint32_t threshold);
  // With the head and snapshot keys of the others; without any yet, those must be added.
  absl::Status AddEnvironment(const std::string& environment);
  absl::Status RemoveEnvironment(const std::string& environment);
  absl::Status RaiseEpoch(const std::string& environment);

  // Nothing unless it has such a key.
  absl::StatusOr<wire::PublicKey> FindKey(std::string_view key_id) const;

  // Checked as readers check it.
  absl::StatusOr<wire::RootModel> Finish(Time now, std::chrono::days life) const;

 private:
  struct Role {
    wire::RoleKind kind;
    std::string environment;
    uint32_t threshold = 1;
    std::vector<wire::PublicKey> keys;
  };
  // Roles of that kind; of one environment, or of all where it is empty.
  absl::StatusOr<std::vector<Role*>> RolesOf(wire::RoleKind kind, const std::string& environment);

  int64_t version_ = 1;
  std::vector<Role> roles_;
  std::vector<wire::EnvironmentEpoch> epochs_;
  std::vector<Digest> revoked_;
};

// The keys of `role` that signed `file`, each once.
std::vector<wire::PublicKey> SignersOf(std::string_view file, const wire::RootModel& root, const wire::Role& role);

// `file` with a signature of `key` more, or in place of an earlier one of it.
//
// Errors: those of reading an envelope of `type`; kInvalidArgument beyond 16 signatures.
absl::StatusOr<std::string> AddSignature(std::string_view file, wire::PayloadType type, const host::SecretKey& key);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_ROOT_PLAN_H_
