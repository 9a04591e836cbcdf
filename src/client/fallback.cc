#include "src/client/fallback.h"

#include <optional>
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

// A file whose checksum is wrong counts like a transfer whose digest is.
absl::Status AsLoadError(const absl::Status& status) {
  if (!absl::IsDataLoss(status) || LoadErrorOf(status).has_value()) return status;
  return base::LoadFailure(LoadCode::kDigestMismatch, base::TextOf(status));
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
    if (found_.source == Source::kNone) TrySuspect();
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

  // Lets `snapshot` serve, or leaves it out when it is in quarantine.
  void Serve(Snapshot snapshot, Source source) {
    if (guard_.MayServe(snapshot.digest(), /*has_other=*/true, now_)) {
      found_.source = source;
      found_.snapshot = std::move(snapshot);
      return;
    }
    found_.quarantined = snapshot.digest();
    if (suspect_.has_value()) return;
    suspect_ = std::move(snapshot);
    suspect_source_ = source;
  }

  // Nothing else serves: the highest rung that was left out.
  void TrySuspect() {
    if (!suspect_.has_value() || !guard_.MayServe(suspect_->digest(), /*has_other=*/false, now_)) return;
    found_.source = suspect_source_;
    found_.snapshot = *std::move(suspect_);
    found_.quarantined.reset();
    found_.is_suspect = true;
  }

  void TrySlot(Store::Slot slot, Source source) {
    const absl::StatusOr<SavedSnapshot> saved = store_->LoadSnapshot(slot);
    if (absl::IsNotFound(saved.status())) return;
    absl::StatusOr<Snapshot> snapshot = saved.ok() ? Open(*saved) : AsLoadError(saved.status());
    if (!snapshot.ok()) {
      if (IsFileAtFault(snapshot.status())) store_->MarkCorrupt(slot);
      found_.refusals.push_back(snapshot.status());
      found_.is_recovered = true;
      return;
    }
    Serve(*std::move(snapshot), source);
  }

  void TryBundle() {
    absl::StatusOr<Snapshot> snapshot = Open(*settings_.bundle);
    if (!snapshot.ok()) {
      found_.refusals.push_back(InBundle(snapshot.status()));
      return;
    }
    found_.bundle_floor = {.epoch = snapshot->epoch(), .version = snapshot->version(), .digest = snapshot->digest()};
    if (found_.source != Source::kNone && !IsNewer(*snapshot, found_.snapshot)) return;
    Serve(*std::move(snapshot), Source::kBundle);
  }

  const Settings& settings_;
  Store* const store_;
  const InstallGuard& guard_;
  const Time now_;
  Fallback found_;
  std::optional<Snapshot> suspect_;
  Source suspect_source_ = Source::kNone;
};

}  // namespace

Fallback FindFallback(const Settings& settings, Store* store, const SavedState& state, const InstallGuard& guard,
                      Time now) {
  return Ladder(settings, store, guard, now).Find(state);
}

}  // namespace expt::client
