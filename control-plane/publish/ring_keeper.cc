#include "control-plane/publish/ring_keeper.h"

#include <algorithm>
#include <utility>

#include "control-plane/publish/ring_plan.h"
#include "control-plane/storage/state_store.h"
#include "src/base/status.h"

namespace expt::publish {
namespace {

using std::chrono::milliseconds;
using storage::Rings;
using storage::RingState;

// A refusal later than that does not take back what has served for so long: the client is the one that is new.
constexpr std::chrono::hours kYoung{1};
constexpr std::chrono::seconds kSlowestReport{60};
constexpr int kReportsPerBake = 4;

Time TimeOf(int64_t ms) { return Time(milliseconds(ms)); }

std::string PlaceOf(std::string_view environment) { return "environment \"" + std::string(environment) + "\""; }

}  // namespace

RingKeeper::RingKeeper(storage::StateStore& state, Publisher& publisher, HeadIssuer& heads, Instances& instances,
                       RingKeeperOptions options)
    : state_(state),
      publisher_(publisher),
      heads_(heads),
      instances_(instances),
      options_(std::move(options)),
      started_(options_.now()) {}

RingKeeper::~RingKeeper() { Stop(); }

void RingKeeper::Start() {
  Look();
  ticker_.Start(options_.interval, [this] { Look(); });
}

void RingKeeper::Stop() { ticker_.Stop(); }

void RingKeeper::Look() {
  const std::lock_guard looking(looking_);
  auto under_way = state_.ListRingsUnderWay();
  if (!under_way.ok()) return Report("rings_failed", {}, under_way.status());
  {
    const std::lock_guard lock(mutex_);
    std::map<std::string, Rings, std::less<>> seen;
    for (const Rings& rings : *under_way) {
      const auto before = under_way_.find(rings.environment);
      const bool is_new = before == under_way_.end() || before->second.version != rings.version;
      if (is_new) instances_.ForgetEvaluations(rings.environment);
      seen.emplace(rings.environment, rings);
    }
    under_way_ = std::move(seen);
  }
  for (Rings& rings : *under_way) LookAt(std::move(rings), options_.now());
}

void RingKeeper::LookAt(Rings rings, Time now) {
  const std::string environment = rings.environment;
  if (IsErrorRateDoubled(instances_.Evaluations(environment, rings.stable_version),
                         instances_.Evaluations(environment, rings.version))) {
    return Withdraw(environment, rings.version, "evaluations end in errors at least twice as often", now);
  }
  while (rings.state == RingState::kUnderWay && IsDone(rings, now)) {
    const bool is_empty = IsRingEmpty(rings, now);
    const absl::StatusOr<Rings> moved =
        Move({.actor = "system", .address = {}, .now = now}, rings, rings.ring + 1,
             is_empty ? "no live instance in the ring" : "baked");
    if (!moved.ok()) {
      if (!absl::IsAborted(moved.status())) Report("rings_failed", rings, moved.status());
      return;
    }
    rings = *moved;
  }
}

bool RingKeeper::IsDone(const Rings& rings, Time now) const {
  // While this process was not there, nobody watched.
  const Time since = std::max(TimeOf(rings.entered_ms), started_);
  return now >= since + milliseconds(rings.bake_ms) || IsRingEmpty(rings, now);
}

bool RingKeeper::IsRingEmpty(const Rings& rings, Time now) const {
  if (now < started_ + options_.settle) return false;
  const auto ring = static_cast<size_t>(rings.ring);
  const uint32_t inner = ring == 0 ? 0 : kRingShares[ring - 1];
  const std::vector<InstanceId> alive = instances_.Alive(rings.environment, now);
  return std::none_of(alive.begin(), alive.end(), [&](const InstanceId& id) {
    return wire::IsInShare(id, kRingShares[ring]) && !wire::IsInShare(id, inner);
  });
}

// Into `ring`, or to the end when there is no such ring.
absl::StatusOr<Rings> RingKeeper::Move(const Author& author, const Rings& rings, int64_t ring,
                                       const std::string& reason) {
  Rings next = rings;
  const int64_t now_ms = author.now.time_since_epoch().count();
  if (ring < static_cast<int64_t>(kRingShares.size())) {
    next.ring = ring;
    next.entered_ms = now_ms;
  } else {
    next.state = RingState::kComplete;
    next.ended_ms = now_ms;
    next.reason = reason;
  }
  const storage::Change who{.actor = author.actor, .address = author.address, .time_ms = now_ms, .writes = {}};
  if (absl::Status status = state_.MoveRings(who, rings.ring, next); !status.ok()) return status;
  Report(next.state == RingState::kComplete ? "rings_completed" : "rings_advanced", next);
  if (absl::Status status = heads_.IssueNow(rings.environment); !status.ok()) Report("rings_failed", next, status);
  return next;
}

void RingKeeper::TakeReport(std::string_view environment, Audience audience, const wire::StatusReport& report,
                            Time now) {
  if (audience != Audience::kServer || !report.verdict.has_value()) return;
  const wire::NackKind kind = wire::KindOf(report.verdict->code);
  if (kind != wire::NackKind::kContent && kind != wire::NackKind::kCrash) return;
  const auto live = state_.LivePublish(environment, audience);
  const auto rings = state_.FindRings(environment);
  if (!live.ok() || !rings.ok() || !live->has_value() || (*live)->digest != report.verdict->digest) return;
  const int64_t version = (*live)->version;
  const bool is_under_way =
      rings->has_value() && (*rings)->state == RingState::kUnderWay && (*rings)->version == version;
  if (!is_under_way) {
    const bool is_withdrawal = rings->has_value() && (*rings)->withdrawn_as == version;
    if (is_withdrawal || kind != wire::NackKind::kContent || now >= TimeOf((*live)->created_ms) + kYoung) return;
  }
  Withdraw(std::string(environment), version,
           "a client refuses it: " + std::string(LoadCodeName(report.verdict->code)) + " at step " +
               std::to_string(report.verdict->step),
           now);
}

void RingKeeper::Withdraw(const std::string& environment, int64_t version, const std::string& reason, Time now) {
  const absl::StatusOr<Rings> halted =
      publisher_.Withdraw({.actor = "system", .address = {}, .now = now}, environment, version, reason);
  if (halted.ok()) return Report("rings_halted", *halted);
  if (absl::IsAborted(halted.status()) || absl::IsFailedPrecondition(halted.status())) return;  // somebody was faster
  Report("rings_failed", {}, halted.status());
}

absl::StatusOr<Rings> RingKeeper::UnderWay(const std::string& environment) const {
  const auto rings = state_.FindRings(environment);
  if (!rings.ok()) return rings.status();
  if (rings->has_value() && (*rings)->state == RingState::kUnderWay) return **rings;
  return base::Error(absl::StatusCode::kFailedPrecondition, PlaceOf(environment) + ": no publish is under way");
}

absl::StatusOr<Rings> RingKeeper::Complete(const Author& author, const std::string& environment,
                                           const std::string& reason) {
  const absl::StatusOr<Rings> rings = UnderWay(environment);
  if (!rings.ok()) return rings.status();
  return Move(author, *rings, kRingShares.size(), reason.empty() ? "completed by hand" : reason);
}

absl::StatusOr<Rings> RingKeeper::Halt(const Author& author, const std::string& environment,
                                       const std::string& reason) {
  const absl::StatusOr<Rings> rings = UnderWay(environment);
  if (!rings.ok()) return rings.status();
  absl::StatusOr<Rings> halted =
      publisher_.Withdraw(author, environment, rings->version, reason.empty() ? "halted by hand" : reason);
  if (halted.ok()) Report("rings_halted", *halted);
  return halted;
}

std::optional<std::chrono::seconds> RingKeeper::NextReport(std::string_view environment) const {
  const std::lock_guard lock(mutex_);
  const auto found = under_way_.find(environment);
  if (found == under_way_.end()) return std::nullopt;
  const milliseconds bake(found->second.bake_ms);
  const auto wanted = std::chrono::duration_cast<std::chrono::seconds>(bake / kReportsPerBake);
  return std::clamp(wanted, std::chrono::seconds(1), kSlowestReport);
}

void RingKeeper::Report(std::string_view event, const Rings& rings, const absl::Status& status) {
  if (options_.report) options_.report(event, rings, status);
}

}  // namespace expt::publish
