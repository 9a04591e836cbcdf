#include "control-plane/publish/root_intake.h"

#include <sys/stat.h>

#include <cstdio>
#include <utility>

#include "control-plane/storage/whole_file.h"
#include "src/base/status.h"
#include "src/wire/envelope.h"

namespace expt::publish {

RootIntake::RootIntake(SigningKeys& signing, Publisher& publisher, HeadIssuer& heads, RootIntakeOptions options)
    : signing_(signing), publisher_(publisher), heads_(heads), options_(std::move(options)) {}

RootIntake::~RootIntake() { Stop(); }

void RootIntake::Start() {
  if (const absl::Status status = Renew(); !status.ok()) options_.report(0, status);
  ticker_.Start(options_.interval, [this] { Look(); });
}

void RootIntake::Stop() { ticker_.Stop(); }

std::optional<absl::Status> RootIntake::Look() {
  const std::lock_guard looking(looking_);
  const std::string path = options_.folder + "/" + std::string(kNextRootName);
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  absl::Status status = Take(path);
  options_.report(status.ok() ? signing_.root_version() : 0, status);
  return status;
}

absl::Status RootIntake::Take(const std::string& path) {
  const absl::StatusOr<std::string> file = storage::ReadWholeFile(path, wire::kMaxRootSize);
  absl::Status status = file.ok() ? signing_.TakeRoot(*file, options_.now()) : file.status();
  if (!status.ok()) {
    std::rename(path.c_str(), (path + ".refused").c_str());
    return status;
  }
  // It is kept under its own name now; a crash before this line has it refused as known at the next look.
  std::remove(path.c_str());
  storage::SyncFolder(options_.folder).IgnoreError();
  return Renew();
}

absl::Status RootIntake::Renew() {
  const absl::StatusOr<size_t> renewed = publisher_.Renew(options_.now());
  if (!renewed.ok()) return renewed.status();
  return heads_.IssueNow();
}

}  // namespace expt::publish
