// expt root init, rotate, inspect, install.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "control-plane/cli/commands.h"
#include "control-plane/cli/input.h"
#include "control-plane/cli/key_argument.h"
#include "control-plane/cli/root_plan.h"
#include "control-plane/cli/root_report.h"
#include "control-plane/cli/status.h"
#include "control-plane/cli/time_text.h"
#include "control-plane/publish/root_intake.h"
#include "src/host/signed_file.h"

namespace expt::cli {
namespace {

using wire::RoleKind;
using Texts = std::vector<std::string>;

struct PlanOptions {
  std::string from, out, environment;
  Texts root_keys, head_keys, snapshot_keys;          // to add
  Texts no_root_keys, no_head_keys, no_snapshot_keys;  // to remove
  Texts environments, no_environments, revoked, raised, signers;
  int threshold = 0, head_threshold = 0, snapshot_threshold = 0;  // 0: as it was
  int days = 365;
};

absl::Status ChangeKeys(RootPlan& plan, const PlanOptions& options) {
  struct Change {
    RoleKind kind;
    const Texts& keys;
    bool adds;
  };
  for (const Change& change : {Change{RoleKind::kRoot, options.root_keys, true},
                               Change{RoleKind::kHead, options.head_keys, true},
                               Change{RoleKind::kSnapshot, options.snapshot_keys, true},
                               Change{RoleKind::kRoot, options.no_root_keys, false},
                               Change{RoleKind::kHead, options.no_head_keys, false},
                               Change{RoleKind::kSnapshot, options.no_snapshot_keys, false}}) {
    const std::string environment = change.kind == RoleKind::kRoot ? "" : options.environment;
    for (const std::string& argument : change.keys) {
      const absl::StatusOr<wire::PublicKey> key = ReadPublicKey(argument, plan);
      if (!key.ok()) return key.status();
      const absl::Status status = change.adds ? plan.AddKey(change.kind, environment, *key)
                                              : plan.RemoveKey(change.kind, environment, *key);
      if (!status.ok()) return status;
    }
  }
  for (const std::string& argument : options.revoked) {
    const absl::StatusOr<wire::PublicKey> key = ReadPublicKey(argument, plan);
    if (!key.ok()) return key.status();
    if (absl::Status status = plan.Revoke(*key); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ChangePlan(RootPlan& plan, const PlanOptions& options) {
  for (const std::string& environment : options.no_environments) {
    if (absl::Status status = plan.RemoveEnvironment(environment); !status.ok()) return status;
  }
  for (const std::string& environment : options.environments) {
    if (absl::Status status = plan.AddEnvironment(environment); !status.ok()) return status;
  }
  if (absl::Status status = ChangeKeys(plan, options); !status.ok()) return status;
  const std::pair<RoleKind, int> thresholds[] = {{RoleKind::kRoot, options.threshold},
                                                 {RoleKind::kHead, options.head_threshold},
                                                 {RoleKind::kSnapshot, options.snapshot_threshold}};
  for (const auto& [kind, threshold] : thresholds) {
    if (threshold == 0) continue;
    const std::string environment = kind == RoleKind::kRoot ? "" : options.environment;
    absl::Status status = plan.SetThreshold(kind, environment, static_cast<uint32_t>(threshold));
    if (!status.ok()) return status;
  }
  for (const std::string& environment : options.raised) {
    if (absl::Status status = plan.RaiseEpoch(environment); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Makes a Root, signs it with the keys at hand, and says who has yet to sign.
int MakeRoot(const PlanOptions& options) {
  RootPlan plan;
  std::vector<RootFile> files;
  if (!options.from.empty()) {
    absl::StatusOr<RootFile> before = ReadRootFile(options.from);
    if (!before.ok()) return Fail(before.status());
    plan = RootPlan(before->root);
    files.push_back(*std::move(before));
  }
  if (absl::Status status = ChangePlan(plan, options); !status.ok()) return Fail(status);
  const absl::StatusOr<wire::RootModel> root = plan.Finish(Now(), std::chrono::days(options.days));
  if (!root.ok()) return Fail(root.status());
  const absl::StatusOr<std::vector<host::SecretKey>> signers = ReadSecretKeys(options.signers);
  if (!signers.ok()) return Fail(signers.status());
  const std::string file = host::MakeSignedFile(wire::PayloadType::kRoot, wire::EncodeRoot(*root), *signers);
  if (absl::Status status = WriteNewFile(options.out, file, 0644); !status.ok()) return Fail(status);
  files.push_back({options.out, file, *root});
  PrintRoots(ReportOf(files, Now()));
  return kDone;
}

struct InspectOptions {
  Texts files;
  std::string output = "text";
};

int Inspect(const InspectOptions& options) {
  std::vector<RootFile> files;
  for (const std::string& path : options.files) {
    absl::StatusOr<RootFile> file = ReadRootFile(path);
    if (!file.ok()) return Fail(file.status());
    files.push_back(*std::move(file));
  }
  const RootReport report = ReportOf(files, Now());
  if (options.output == "json") {
    std::printf("%s\n", report.json.dump(2).c_str());
  } else {
    PrintRoots(report);
  }
  for (const std::string& problem : report.problems) PrintError(problem);
  return report.problems.empty() ? kDone : kFailed;
}

// Hands a Root to the exptd of a data directory on this machine.
int Install(const std::string& path, const std::string& data) {
  const absl::StatusOr<RootFile> file = ReadRootFile(path);
  if (!file.ok()) return Fail(file.status());
  if (absl::StatusOr<wire::RootModel> opened = host::OpenRootFile(file->bytes); !opened.ok()) {
    return Fail(At("\"" + path + "\"", opened.status()));
  }
  const std::string folder = data + "/keys";
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return Fail(Error(absl::StatusCode::kNotFound, "\"" + folder + "\": no data directory of exptd"));
  }
  const std::string to = folder + "/" + std::string(publish::kNextRootName);
  if (absl::Status status = ReplaceFile(to, file->bytes, 0644); !status.ok()) return Fail(status);
  std::printf("handed over; a running exptd takes it within seconds and logs root_taken or root_refused\n");
  return kDone;
}

void AddPlanOptions(CLI::App& command, PlanOptions& options) {
  const auto list = [&command](const char* name, Texts& to, const char* text) {
    return command.add_option(name, to, text)->allow_extra_args(false);
  };
  list("--root-key", options.root_keys, "key that signs Roots");
  list("--head-key", options.head_keys, "key that signs Heads");
  list("--snapshot-key", options.snapshot_keys, "key that signs snapshots");
  list("--add-environment", options.environments, "environment id to name");
  command.add_option("--threshold", options.threshold, "how many root keys must sign")->check(CLI::Range(1, 16));
  command.add_option("--head-threshold", options.head_threshold, "how many head keys")->check(CLI::Range(1, 16));
  command.add_option("--snapshot-threshold", options.snapshot_threshold, "how many snapshot keys")
      ->check(CLI::Range(1, 16));
  command.add_option("--days", options.days, "life of the Root")->check(CLI::Range(1, 3650))->capture_default_str();
  list("--sign", options.signers, "secret root key file to sign with; `expt sign` adds more")->required();
  command.add_option("--out", options.out, "where to write the Root; never overwritten")->required();
}

void AddInit(CLI::App& root, Action& action) {
  CLI::App* command = root.add_subcommand("init", "Make Root 1 of keys that exist");
  auto options = std::make_shared<PlanOptions>();
  AddPlanOptions(*command, *options);
  command->footer(R"(Every option for keys may be given again; a key is a key file, secret or public.

Example:
  expt root init --root-key a.key.pub --root-key b.key.pub --root-key c.key.pub --threshold 2 \
    --add-environment env_7f3a --head-key head.key.pub --snapshot-key snapshot.key.pub --sign a.key --out root.1.exs
  expt sign root.1.exs --key b.key)");
  command->callback([options, &action] { action = [options] { return MakeRoot(*options); }; });
}

void AddRotate(CLI::App& root, Action& action) {
  CLI::App* command = root.add_subcommand("rotate", "Make the next Root: keys come and go, an epoch rises");
  auto options = std::make_shared<PlanOptions>();
  command->add_option("--from", options->from, "the newest Root")->required();
  AddPlanOptions(*command, *options);
  const auto list = [command](const char* name, Texts& to, const char* text) {
    command->add_option(name, to, text)->allow_extra_args(false);
  };
  list("--remove-root-key", options->no_root_keys, "root key to drop");
  list("--remove-head-key", options->no_head_keys, "head key to drop");
  list("--remove-snapshot-key", options->no_snapshot_keys, "snapshot key to drop");
  list("--revoke", options->revoked, "stolen key: drop it everywhere, for good");
  list("--raise-epoch", options->raised, "environment id whose published versions are void");
  list("--remove-environment", options->no_environments, "environment id to name no more");
  command->add_option("--environment", options->environment,
                      "change head and snapshot keys of this environment only, instead of all");
  command->footer(R"(A key is a key file, secret or public, or the id of a key that the Root has.
The new Root needs the threshold of the old root keys and of its own: collect signatures with `expt sign`.

Example, after the theft of snapshot.key:
  expt keygen --key snapshot-2.key
  expt root rotate --from root.1.exs --revoke snapshot.key.pub --snapshot-key snapshot-2.key.pub \
    --raise-epoch env_7f3a --sign a.key --out root.2.exs
  expt sign root.2.exs --key b.key
  expt root inspect root.1.exs root.2.exs)");
  command->callback([options, &action] { action = [options] { return MakeRoot(*options); }; });
}

void AddInspect(CLI::App& root, Action& action) {
  CLI::App* command = root.add_subcommand("inspect", "Say what Roots name, who signed them, and whether they follow");
  auto options = std::make_shared<InspectOptions>();
  command->add_option("files", options->files, "Root files, the oldest first")->required();
  command->add_option("--output", options->output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->footer(R"(Exit 0 when each is signed as it must be, follows the one before, and the last has not ended.

Example:
  expt root inspect root.1.exs root.2.exs)");
  command->callback([options, &action] { action = [options] { return Inspect(*options); }; });
}

void AddInstall(CLI::App& root, Action& action) {
  CLI::App* command = root.add_subcommand("install", "Hand a Root to the exptd of a data directory on this machine");
  auto path = std::make_shared<std::string>();
  auto data = std::make_shared<std::string>();
  command->add_option("file", *path, "the next Root, fully signed")->required();
  command->add_option("--data", *data, "data directory of exptd")->required();
  command->footer(R"(Example:
  expt root install root.2.exs --data ./exptd-data)");
  command->callback([path, data, &action] { action = [path, data] { return Install(*path, *data); }; });
}

}  // namespace

void AddRoot(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("root", "Make, change, inspect and install Roots: who may sign");
  command->require_subcommand(1);
  AddInit(*command, action);
  AddRotate(*command, action);
  AddInspect(*command, action);
  AddInstall(*command, action);
}

}  // namespace expt::cli
