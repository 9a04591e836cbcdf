#include "src/client/fallback.h"

#include <string>
#include <tuple>
#include <utility>

#include "src/base/status.h"

namespace expt::client {
namespace {

using Source = ClientStatus::Source;

bool IsNewer(const Snapshot& a, const Snapshot& b) {
  return std::make_tuple(a.epoch(), a.version()) > std::make_tuple(b.epoch(), b.version());
}

// Whether the file, not what the process trusts today, is at fault.
bool IsFileAtFault(const absl::Status& status) {
  const std::optional<LoadError> error = LoadErrorOf(status);
  if (!error.has_value()) return false;
  return error->code != LoadCode::kWrongEnvironment && error->code != LoadCode::kUnknownKey &&
         error->code != LoadCode::kRollback && error->code != LoadCode::kFastForward;
}

// `status` with the place before it; step and code stay.
absl::Status InBundle(const absl::Status& status) {
  const std::string text = "bundle: " + base::TextOf(status);
  const std::optional<LoadError> error = LoadErrorOf(status);
  return error.has_value() ? base::LoadFailure(error->code, status.code(), text) : base::Error(status.code(), text);
}

class Ladder {
 public:
  Ladder(const Settings& settings, Store* store, const InstallGuard& guard, Time now)
      : settings_(settings), store_(store), guard_(guard), now_(now) {}

  Fallback Find(const SavedState& state) {
    KeepLonger(state.roots).IgnoreError();
    if (store_ != nullptr && guard_.MayUseSaved()) {
      TrySlot(Store::Slot::kCurrent, Source::kSaved);
      if (found_.source == Source::kNone) TrySlot(Store::Slot::kPrevious, Source::kPrevious);
    }
    if (settings_.bundle.has_value()) TryBundle();
    return std::move(found_);
  }

 private:
  // Takes the chain of `files` when it leads further than the one at hand.
  absl::Status KeepLonger(const std::vector<std::string>& files) {
    RootChain chain;
    if (absl::Status status = chain.StartAmong(files, AnchorOf(settings_)); !status.ok()) return status;
    if (found_.chain.empty() || chain.newest().version() > found_.chain.newest().version()) {
      found_.chain = std::move(chain);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Snapshot> Open(const SavedSnapshot& saved) {
    const absl::Status chained = KeepLonger(saved.roots);
    if (found_.chain.empty()) return chained;
    return Snapshot::Parse(saved.snapshot, {.root = found_.chain.newest(),
                                            .environment = settings_.key.environment,
                                            .audience = settings_.key.audience,
                                            .floor = {}});
  }

  // False when the digest is in quarantine. `has_other`: something else may serve instead.
  bool MayServe(const Snapshot& snapshot, bool has_other) {
    if (guard_.MayServe(snapshot.digest(), has_other, now_)) return true;
    found_.quarantined = snapshot.digest();
    return false;
  }

  void TrySlot(Store::Slot slot, Source source) {
    const absl::StatusOr<SavedSnapshot> saved = store_->LoadSnapshot(slot);
    if (absl::IsNotFound(saved.status())) return;
    absl::StatusOr<Snapshot> snapshot = saved.ok() ? Open(*saved) : saved.status();
    if (!snapshot.ok()) {
      if (IsFileAtFault(snapshot.status())) store_->MarkCorrupt(slot);
      found_.refusals.push_back(snapshot.status());
      found_.is_recovered = true;
      return;
    }
    if (!MayServe(*snapshot, true)) return;
    found_.source = source;
    found_.snapshot = *std::move(snapshot);
  }

  void TryBundle() {
    absl::StatusOr<Snapshot> snapshot = Open(*settings_.bundle);
    if (!snapshot.ok()) {
      found_.refusals.push_back(InBundle(snapshot.status()));
      return;
    }
    found_.bundle_floor = {.epoch = snapshot->epoch(), .version = snapshot->version(), .digest = snapshot->digest()};
    if (found_.source != Source::kNone && !IsNewer(*snapshot, found_.snapshot)) return;
    if (!MayServe(*snapshot, found_.source != Source::kNone)) return;
    found_.source = Source::kBundle;
    found_.snapshot = *std::move(snapshot);
  }

  const Settings& settings_;
  Store* const store_;
  const InstallGuard& guard_;
  const Time now_;
  Fallback found_;
};

}  // namespace

Fallback FindFallback(const Settings& settings, Store* store, const SavedState& state, const InstallGuard& guard,
                      Time now) {
  return Ladder(settings, store, guard, now).Find(state);
}

}  // namespace expt::client
