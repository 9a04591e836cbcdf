#include "src/client/install_guard.h"

#include <algorithm>

#include "src/base/status.h"

namespace expt::client {
namespace {

// Suspects beyond these are forgotten, the oldest first.
constexpr size_t kMaxSuspects = 16;

int64_t EpochMs(Time time) { return time.time_since_epoch().count(); }

}  // namespace

absl::StatusOr<std::optional<Digest>> InstallGuard::Start(Time now) {
  if (store_ == nullptr) return std::nullopt;
  absl::StatusOr<SavedGuard> saved = store_->LoadGuard();
  if (saved.ok()) saved_ = *std::move(saved);
  const int64_t now_ms = EpochMs(now);
  const size_t before = saved_.suspects.size();
  std::erase_if(saved_.suspects, [&](const SavedGuard::Suspect& suspect) {
    // A clock that was set back does not prolong it beyond its time.
    return suspect.until_ms <= now_ms || suspect.until_ms > EpochMs(now + kQuarantineTime);
  });
  if (!saved_.on_trial.has_value()) {
    if (saved_.suspects.size() == before) return std::nullopt;
    if (absl::Status status = Save(); !status.ok()) return status;
    return std::nullopt;
  }
  const Digest digest = *saved_.on_trial;
  saved_.on_trial.reset();
  ++saved_.starts_in_a_row;
  auto suspect = std::find_if(saved_.suspects.begin(), saved_.suspects.end(),
                              [&](const SavedGuard::Suspect& other) { return other.digest == digest; });
  if (suspect == saved_.suspects.end()) {
    if (saved_.suspects.size() >= kMaxSuspects) saved_.suspects.erase(saved_.suspects.begin());
    suspect = saved_.suspects.insert(saved_.suspects.end(), {.digest = digest, .starts = 0, .until_ms = 0});
  }
  ++suspect->starts;
  suspect->until_ms = EpochMs(now + kQuarantineTime);
  const bool is_quarantined_now = suspect->starts == kQuarantineStarts;
  if (absl::Status status = Save(); !status.ok()) return status;
  return is_quarantined_now ? std::optional(digest) : std::nullopt;
}

bool InstallGuard::MayServe(const Digest& digest, bool has_other, Time now) const {
  const bool is_quarantined = std::any_of(
      saved_.suspects.begin(), saved_.suspects.end(), [&](const SavedGuard::Suspect& suspect) {
        return suspect.digest == digest && suspect.starts >= kQuarantineStarts && suspect.until_ms > EpochMs(now);
      });
  return !is_quarantined || (!has_other && saved_.starts_in_a_row < kBareStarts);
}

absl::Status InstallGuard::Begin(const Digest& digest) {
  if (store_ == nullptr || saved_.on_trial == digest) return absl::OkStatus();
  saved_.on_trial = digest;
  return Save();
}

absl::Status InstallGuard::Settle(const Digest& digest) {
  if (store_ == nullptr) return absl::OkStatus();
  const bool was_suspect = std::erase_if(saved_.suspects, [&](const SavedGuard::Suspect& suspect) {
                             return suspect.digest == digest;
                           }) != 0;
  if (!was_suspect && !saved_.on_trial.has_value() && saved_.starts_in_a_row == 0) return absl::OkStatus();
  saved_.on_trial.reset();
  saved_.starts_in_a_row = 0;
  return Save();
}

absl::Status InstallGuard::Save() {
  const absl::Status status = store_->SaveGuard(saved_);
  if (status.ok()) return status;
  return base::LoadFailure(LoadCode::kPendingNotSaved, base::TextOf(status));
}

}  // namespace expt::client
