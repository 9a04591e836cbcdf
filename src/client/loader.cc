#include "src/client/loader.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "src/base/status.h"
#include "src/client/fallback.h"
#include "src/client/url.h"
#include "src/host/crypto.h"
#include "src/wire/envelope.h"
#include "src/wire/status_codec.h"

namespace expt::client {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours kRefusalTime{1};
constexpr std::chrono::minutes kTransferRefusalTime{1};
constexpr std::chrono::minutes kMaxLead{10};
constexpr milliseconds kShortestWait{10};
// While new Heads come by themselves.
constexpr milliseconds kRarePoll = std::chrono::minutes(5);
constexpr size_t kMaxRefused = 100;
constexpr size_t kMaxRootSteps = 64;  // of one walk
constexpr uint64_t kMaxHeader = wire::kFixedHeaderSize + wire::kMaxSignatures * wire::kSignatureSize;

std::string Hex(const Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : digest) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

LoadCode CodeOf(const absl::Status& status) {
  const std::optional<LoadError> error = LoadErrorOf(status);
  return error.has_value() ? error->code : LoadCode::kNone;
}

// Whether the bytes, not what was signed, are at fault: another transfer may bring better ones.
bool IsTransferFault(LoadCode code) {
  return code == LoadCode::kTooLarge || code == LoadCode::kBadEnvelope || code == LoadCode::kDigestMismatch;
}

absl::Status LkgStatus(const absl::Status& status) {
  return status.ok() ? status : base::LoadFailure(LoadCode::kLkgNotSaved, base::TextOf(status));
}

absl::Status Unhealthy(const wire::SnapshotRef& target) {
  return base::LoadFailure(LoadCode::kUnhealthy, "snapshot v" + std::to_string(target.version) +
                                                     ": the process ended while it was on trial, " +
                                                     std::to_string(InstallGuard::kQuarantineStarts) + " times");
}

// Steps 1 to 3 of the acceptance order: size, envelope, digest.
absl::Status CheckBytes(std::string_view file, const wire::SnapshotRef& target) {
  absl::StatusOr<wire::Envelope> envelope = wire::ParseEnvelope(file, wire::PayloadType::kSnapshot);
  if (!envelope.ok()) return envelope.status();
  const std::string place = "snapshot v" + std::to_string(target.version) + ": ";
  if (envelope->payload.size() > target.size_bytes) {
    return base::LoadFailure(LoadCode::kTooLarge, place + "payload of " + std::to_string(envelope->payload.size()) +
                                                      " bytes, expected " + std::to_string(target.size_bytes));
  }
  if (envelope->payload.size() != target.size_bytes || host::Sha256(envelope->payload) != target.digest) {
    return base::LoadFailure(LoadCode::kDigestMismatch, place + "digest is not the one that the head names");
  }
  return absl::OkStatus();
}

auto RankOf(const Floor& floor) { return std::make_tuple(floor.epoch, floor.version, floor.digest.has_value()); }

}  // namespace

Loader::Loader(const Settings& settings, Store* store, Health* health, SnapshotSlot* slot)
    : settings_(settings),
      store_(store),
      health_(health),
      slot_(slot),
      backoff_(settings.options.retry_initial, settings.options.retry_max),
      stream_(settings),
      guard_(store) {
  // Checked when the options were: this cannot fail.
  if (settings.root.has_value()) chain_.Start(settings.options.root).IgnoreError();
}

SteadyTime Loader::Step() {
  // First the old trial: what the network brings begins a new one.
  StepTrial();
  const SteadyTime next = StepNetwork();
  return std::min({next, StepTrial(), StepAge()});
}

// Returns when what serves turns very stale, where that matters.
SteadyTime Loader::StepAge() {
  ApplyOverlay();
  if (settings_.options.on_very_stale == Overlay::Stale::kKeep || !snapshot_.is_ready()) return SteadyTime::max();
  const milliseconds left = Health::kStaleFor - health_->Age(settings_.options.clock->Monotonic());
  return left > milliseconds(0) ? std::chrono::steady_clock::now() + left : SteadyTime::max();
}

SteadyTime Loader::StepTrial() {
  if (!trial_.has_value()) return SteadyTime::max();
  const milliseconds passed = settings_.options.clock->Monotonic() - trial_->since;
  if (passed < InstallGuard::kHealthWindow) {
    return std::chrono::steady_clock::now() + (InstallGuard::kHealthWindow - passed);
  }
  PassTrial();
  return SteadyTime::max();
}

SteadyTime Loader::StepNetwork() {
  const SteadyTime begin = std::chrono::steady_clock::now();
  const std::optional<std::string> pushed = Listen(begin);
  if (!pushed.has_value() && begin < next_poll_ && begin < fetch_at_) return NextStep();
  const bool is_poll = begin >= next_poll_;
  is_reachable_ = false;
  is_remembered_ = false;
  retry_after_.reset();
  absl::Status status;
  if (pushed.has_value()) {
    status = AcceptHead(*pushed, "");
    if (status.ok()) status = FollowHead();
  } else {
    status = is_poll ? Refresh() : FollowHead();
  }
  NoteRefusal(status);
  if (!is_remembered_) health_->Count(status);
  if (health_->SetLoadStatus(status) && !status.ok()) Log(LogLevel::kWarning, base::TextOf(status));
  const SteadyTime now = std::chrono::steady_clock::now();
  if (!is_reachable_) {
    next_poll_ = now + std::max(kShortestWait, backoff_.Next(retry_after_, jitter_));
  } else if (is_poll || pushed.has_value()) {
    backoff_.Reset();
    const milliseconds interval = PollInterval();
    next_poll_ = now + interval * 9 / 10 + jitter_.Below(interval / 5);
  }
  return NextStep();
}

SteadyTime Loader::NextStep() const {
  const SteadyTime next = std::min(next_poll_, fetch_at_);
  return head_.has_value() ? std::min(next, stream_.next()) : next;
}

// The Head that has come by itself, if any. Polls are as rare as the stream is good.
std::optional<std::string> Loader::Listen(SteadyTime now) {
  if (!head_.has_value()) return std::nullopt;
  const bool was_healthy = stream_.is_healthy();
  std::optional<std::string> head =
      stream_.Step(std::to_string(head_->epoch) + "." + std::to_string(head_->head_number));
  if (stream_.is_healthy() != was_healthy) {
    health_->SetStreaming(stream_.is_healthy());
    const milliseconds interval = PollInterval();
    if (was_healthy) {
      next_poll_ = std::min(next_poll_, now + jitter_.Below(interval));
    } else if (is_reachable_) {
      next_poll_ = now + interval;
    }
  }
  return head;
}

milliseconds Loader::PollInterval() const {
  milliseconds interval = settings_.options.poll_interval;
  if (head_.has_value()) interval = std::max(interval, milliseconds(head_->poll_interval_ms));
  return stream_.is_healthy() ? std::max(interval, kRarePoll) : interval;
}

absl::Status Loader::Refresh() {
  if (chain_.empty()) {
    if (absl::Status status = FetchFirstRoot(); !status.ok()) return status;
  }
  if (absl::Status status = FetchHead(); !status.ok()) return status;
  return FollowHead();
}

HttpRequest Loader::MakeRequest(std::string_view base, std::string_view path, uint64_t max_bytes) const {
  HttpRequest request;
  request.url = JoinUrl(base, path);
  request.connect_timeout = settings_.options.connect_timeout;
  request.timeout = settings_.options.request_timeout;
  request.max_reply_bytes = max_bytes;
  return request;
}

// From exptd.
absl::StatusOr<HttpReply> Loader::Get(std::string_view path, uint64_t max_bytes, bool with_key) {
  HttpRequest request = MakeRequest(settings_.options.url, path, max_bytes);
  if (with_key) request.headers.emplace_back("Authorization", wire::AuthorizationHeader(settings_.key));
  if (path == "/sdk/v1/head" && !etag_.empty()) request.headers.emplace_back("If-None-Match", etag_);
  return settings_.options.transport->Send(request);
}

absl::Status Loader::UnexpectedReply(std::string_view what, const HttpReply& reply) {
  retry_after_ = ParseRetryAfter(reply.header("retry-after"), settings_.options.clock->Now());
  const std::string text = std::string(what) + ": expected status 200, got " + std::to_string(reply.status);
  if (reply.status == 401) return base::Error(absl::StatusCode::kUnauthenticated, text + ", the key is not accepted");
  if (reply.status == 403) return base::Error(absl::StatusCode::kPermissionDenied, text + ", the key is not allowed");
  return base::Error(absl::StatusCode::kUnavailable, text);
}

absl::Status Loader::FetchFirstRoot() {
  const std::string name = "root " + std::to_string(settings_.key.root_version);
  absl::StatusOr<HttpReply> reply =
      Get("/sdk/v1/root/" + std::to_string(settings_.key.root_version), wire::kMaxRootSize + kMaxHeader, false);
  if (!reply.ok()) return reply.status();
  if (reply->status != 200) return UnexpectedReply(name, *reply);
  return chain_.Start(reply->body, settings_.key.root_digest);
}

absl::Status Loader::FetchHead() {
  absl::StatusOr<HttpReply> reply = Get("/sdk/v1/head", wire::kMaxHeadSize + kMaxHeader, true);
  if (!reply.ok()) return reply.status();
  if (reply->status == 304 && head_.has_value() && !etag_.empty()) {
    if (FlooredNow().time_since_epoch().count() >= head_->expires_at_ms) {
      etag_.clear();  // the server may have a newer one under the same tag
      return base::LoadFailure(LoadCode::kHeadExpired, "head " + std::to_string(head_->head_number) + ": it has ended");
    }
    is_reachable_ = true;
    health_->SetVerified(settings_.options.clock->Monotonic());
    return absl::OkStatus();
  }
  if (reply->status != 200) return UnexpectedReply("head", *reply);
  return AcceptHead(reply->body, reply->header("etag"));
}

absl::StatusOr<core::AcceptedHead> Loader::OpenHead(const std::string& file) {
  return core::OpenHead(file, chain_.newest(), settings_.key.environment, settings_.key.audience, head_floor_,
                        FlooredNow());
}

absl::Status Loader::AcceptHead(const std::string& file, std::string_view etag) {
  absl::StatusOr<core::AcceptedHead> accepted = OpenHead(file);
  const LoadCode code = CodeOf(accepted.status());
  const bool may_need_newer_root =
      accepted.ok() ? accepted->head.root_version > chain_.newest().version() || chain_.IsExpired(FlooredNow())
                    : code == LoadCode::kUnknownKey || code == LoadCode::kBadSignature || code == LoadCode::kRollback;
  if (may_need_newer_root) {
    const absl::Status walked = WalkRoots();
    if (walked.ok()) accepted = OpenHead(file);
    if (!walked.ok() && accepted.ok()) return walked;
    health_->Count(walked);
  }
  if (!accepted.ok()) return accepted.status();
  is_reachable_ = true;
  const bool is_new =
      !head_.has_value() || accepted->head.head_number != head_->head_number || accepted->head.epoch != head_->epoch;
  head_ = std::move(accepted->head);
  head_floor_ = {.epoch = head_->epoch, .head_number = head_->head_number, .digest = accepted->digest};
  etag_ = etag;
  verified_at_ = settings_.options.clock->Monotonic();
  health_->SetVerified(verified_at_);
  const Time issued_at{milliseconds(head_->issued_at_ms)};
  is_clock_suspect_ = issued_at > settings_.options.clock->Now() + kMaxLead;
  if (is_new) {
    head_file_ = file;
    SaveState();
  }
  return absl::OkStatus();
}

// Fetches the Roots after the newest until there is none. OK when at least one was added.
absl::Status Loader::WalkRoots() {
  RootChain longer = chain_;
  size_t steps = 0;
  while (steps < kMaxRootSteps) {
    const int64_t version = longer.newest().version() + 1;
    absl::StatusOr<HttpReply> reply =
        Get("/sdk/v1/root/" + std::to_string(version), wire::kMaxRootSize + kMaxHeader, false);
    if (!reply.ok()) return reply.status();
    if (reply->status == 404) break;
    const std::string name = "root " + std::to_string(version);
    if (reply->status != 200) return UnexpectedReply(name, *reply);
    if (absl::Status status = longer.Extend(reply->body); !status.ok()) return status;
    ++steps;
  }
  if (longer.IsExpired(FlooredNow())) {
    // A longer walk goes on from here the next time; nothing is accepted under a Root that has ended.
    if (steps == kMaxRootSteps) chain_ = std::move(longer);
    return base::LoadFailure(LoadCode::kUnknownKey,
                             "root " + std::to_string(longer.newest().version()) + ": it has ended");
  }
  if (steps == 0) {
    return base::Error(absl::StatusCode::kUnavailable,
                       "root " + std::to_string(chain_.newest().version() + 1) + ": the server does not have it");
  }
  chain_ = std::move(longer);
  return absl::OkStatus();
}

const wire::SnapshotRef& Loader::TargetOf(const wire::HeadModel& head) const {
  if (!head.candidate.has_value()) return head.stable;
  // Who has taken the candidate stays with it: an earlier process of this data directory or the parent of a fork may
  // have been among the chosen ones, and the floor does not let anybody go back.
  if (head.epoch == floor_.epoch && head.candidate->version == floor_.version &&
      head.candidate->digest == floor_.digest) {
    return *head.candidate;
  }
  return wire::IsInShare(settings_.instance_id, head.candidate_ppm) ? *head.candidate : head.stable;
}

absl::Status Loader::FollowHead() {
  fetch_at_ = SteadyTime::max();
  is_reachable_ = true;
  ApplyOverlay();
  const wire::SnapshotRef& target = TargetOf(*head_);
  if (snapshot_.is_ready() && snapshot_.digest() == target.digest) {
    if (!verdict_.has_value() || verdict_->digest != target.digest) {
      verdict_ = {.digest = target.digest,
                  .version = target.version,
                  .step = trial_.has_value() ? kInstalledStep : kAcceptedStep};
    }
    return absl::OkStatus();
  }
  if (absl::Status status = CheckFloor(target); !status.ok()) return status;
  const SteadyTime now = std::chrono::steady_clock::now();
  std::erase_if(refused_, [now](const auto& entry) { return entry.second.until <= now; });
  if (const auto refusal = refused_.find(target.digest); refusal != refused_.end()) {
    is_remembered_ = true;
    return refusal->second.status;
  }
  if (!guard_.MayServe(target.digest, snapshot_.is_ready(), FlooredNow())) {
    is_remembered_ = true;
    health_->SetQuarantined(target.digest);
    verdict_ = {.digest = target.digest,
                .version = target.version,
                .step = base::LoadStep(LoadCode::kUnhealthy),
                .code = LoadCode::kUnhealthy};
    return Unhealthy(target);
  }
  if (snapshot_.is_ready() && head_->fetch_jitter_ms != 0 && spread_digest_ != target.digest) {
    spread_digest_ = target.digest;
    fetch_at_ = now + jitter_.Below(milliseconds(head_->fetch_jitter_ms));
    return absl::OkStatus();
  }
  return FetchSnapshot(target);
}

absl::Status Loader::CheckFloor(const wire::SnapshotRef& target) const {
  if (head_->epoch != floor_.epoch) return absl::OkStatus();
  const std::string place = "snapshot v" + std::to_string(target.version) + ": ";
  if (target.version < floor_.version) {
    return base::LoadFailure(LoadCode::kRollback, place + "older than v" + std::to_string(floor_.version));
  }
  if (target.version == floor_.version && floor_.digest.has_value() && *floor_.digest != target.digest) {
    return base::LoadFailure(LoadCode::kEquivocation, place + "another digest than the one accepted before");
  }
  return absl::OkStatus();
}

absl::Status Loader::FetchSnapshot(const wire::SnapshotRef& target) {
  if (!settings_.options.snapshot_url.empty()) {
    const absl::Status status = TakeExported(target);
    if (status.ok()) return status;
    // Whatever it is, exptd may have better bytes: signatures do not count for the digest.
    health_->Count(status);
    Log(LogLevel::kWarning, "snapshot_url: " + base::TextOf(status));
  }
  is_reachable_ = false;
  absl::StatusOr<HttpReply> reply =
      Get("/sdk/v1/snapshots/" + Hex(target.digest), wire::kMaxSnapshotSize + kMaxHeader, true);
  if (!reply.ok()) return reply.status();
  if (reply->status != 200) return UnexpectedReply("snapshot v" + std::to_string(target.version), *reply);
  is_reachable_ = true;
  absl::Status status = AcceptSnapshot(reply->body, target);
  return status.ok() ? status : Refuse(target, std::move(status));
}

// From snapshot_url. The key is secret, so it is not sent there.
absl::Status Loader::TakeExported(const wire::SnapshotRef& target) {
  const HttpRequest request = MakeRequest(settings_.options.snapshot_url, "/" + Hex(target.digest),
                                          target.size_bytes + kMaxHeader);
  const absl::StatusOr<HttpReply> reply = settings_.options.transport->Send(request);
  if (!reply.ok()) return reply.status();
  if (reply->status == 200) return AcceptSnapshot(reply->body, target);
  return base::Error(absl::StatusCode::kUnavailable, "snapshot v" + std::to_string(target.version) +
                                                         ": expected status 200, got " +
                                                         std::to_string(reply->status));
}

absl::Status Loader::AcceptSnapshot(const std::string& file, const wire::SnapshotRef& target) {
  if (absl::Status status = CheckBytes(file, target); !status.ok()) return status;
  const Trust trust{.root = chain_.newest(),
                    .environment = settings_.key.environment,
                    .audience = settings_.key.audience,
                    .floor = floor_};
  absl::StatusOr<Snapshot> snapshot = Snapshot::Parse(file, trust);
  if (!snapshot.ok()) return snapshot.status();
  if (snapshot->version() != target.version) {
    return base::LoadFailure(LoadCode::kBadContent, "snapshot v" + std::to_string(snapshot->version()) +
                                                        ": the head calls it v" + std::to_string(target.version));
  }
  pending_saved_ = guard_.Begin(target.digest);
  health_->Count(pending_saved_);
  ReportSaving();
  Install(*std::move(snapshot), ClientStatus::Source::kNetwork);
  BeginTrial(file);
  return absl::OkStatus();
}

absl::Status Loader::Refuse(const wire::SnapshotRef& target, absl::Status status) {
  if (refused_.size() >= kMaxRefused) refused_.clear();
  const bool is_transfer_fault = IsTransferFault(CodeOf(status));
  const std::chrono::minutes wait = is_transfer_fault ? kTransferRefusalTime : std::chrono::minutes(kRefusalTime);
  if (const std::optional<LoadError> error = LoadErrorOf(status)) {
    verdict_ = {.digest = target.digest, .version = target.version, .step = error->step, .code = error->code};
  }
  refused_[target.digest] = {.until = std::chrono::steady_clock::now() + wait, .status = status};
  return status;
}

// Refusals of Heads, and of the versions that they name. What Refuse() has said of a snapshot is not said twice.
void Loader::NoteRefusal(const absl::Status& status) {
  if (status.ok()) refusal_.reset();
  const std::optional<LoadError> error = LoadErrorOf(status);
  if (!error.has_value() || wire::KindOf(error->code) != wire::NackKind::kSecurity) return;
  if (verdict_.has_value() && verdict_->code == error->code) return;
  refusal_ = {.digest = {}, .version = 0, .step = error->step, .code = error->code};
}

void Loader::RaiseFloor(const Floor& floor) {
  if (RankOf(floor) > RankOf(floor_)) floor_ = floor;
}

void Loader::Install(Snapshot snapshot, ClientStatus::Source source) {
  snapshot_ = std::move(snapshot);
  RaiseFloor({.epoch = snapshot_.epoch(), .version = snapshot_.version(), .digest = snapshot_.digest()});
  installed_ = MakeInstalled(snapshot_, {.emergency_off = EmergencyOff(), .stale = StaleNow()});
  slot_->Install(installed_);
  ++installs_;
  health_->SetSource(source);
  health_->SetReady();
  Log(LogLevel::kInfo, "snapshot v" + std::to_string(snapshot_.version()) + " installed");
  for (const std::string& warning : snapshot_.warnings()) Log(LogLevel::kWarning, warning);
}

void Loader::Inherit(std::shared_ptr<const Installed> installed) {
  if (!installed->snapshot.is_ready()) return;
  snapshot_ = installed->snapshot;
  floor_ = {.epoch = snapshot_.epoch(), .version = snapshot_.version(), .digest = snapshot_.digest()};
  installed_ = std::move(installed);
  slot_->Install(installed_);
  health_->SetReady();
}

Overlay::Stale Loader::StaleNow() const {
  const bool is_very_stale = health_->Age(settings_.options.clock->Monotonic()) >= Health::kStaleFor;
  return is_very_stale ? settings_.options.on_very_stale : Overlay::Stale::kKeep;
}

// A forked child goes on with its parent's until the first Head.
std::span<const std::string> Loader::EmergencyOff() const {
  if (head_.has_value()) return head_->emergency_off;
  return installed_ != nullptr ? std::span<const std::string>(installed_->emergency_off)
                               : std::span<const std::string>();
}

// Installs the snapshot that serves again where its overlay is not that of now.
void Loader::ApplyOverlay() {
  if (installed_ == nullptr) return;
  const std::shared_ptr<const Installed> before = installed_;
  const std::span<const std::string> emergency_off = EmergencyOff();
  const Overlay::Stale stale = StaleNow();
  const bool is_same_off = std::ranges::equal(before->emergency_off, emergency_off);
  if (is_same_off && before->stale == stale) return;
  installed_ = MakeInstalled(snapshot_, {.emergency_off = emergency_off, .stale = stale});
  slot_->Install(installed_);
  ++installs_;
  if (!is_same_off) {
    Log(LogLevel::kWarning, "emergency off: " + std::to_string(installed_->emergency_off.size()) + " flags");
  }
  if (before->stale != stale) {
    Log(LogLevel::kWarning, stale == Overlay::Stale::kKeep ? "a head was verified: on_very_stale ends"
                                                           : "no head was verified for 24 hours: on_very_stale applies");
  }
}

void Loader::BeginTrial(std::string file) {
  verdict_ = {.digest = snapshot_.digest(), .version = snapshot_.version(), .step = kInstalledStep};
  trial_ = {.digest = snapshot_.digest(), .file = std::move(file), .since = settings_.options.clock->Monotonic()};
}

// Step 17, and what follows from step 16.
void Loader::PassTrial() {
  const Trial trial = *std::exchange(trial_, std::nullopt);
  if (store_ != nullptr && !trial.file.empty()) {
    snapshot_saved_ = LkgStatus(store_->SaveSnapshot({.roots = chain_.files(), .snapshot = trial.file}));
    health_->Count(snapshot_saved_);
    saved_floor_ = floor_;
    SaveState();
  }
  // Only now: a crash before has it on trial again.
  pending_saved_ = guard_.Settle(trial.digest);
  health_->Count(pending_saved_);
  ReportSaving();
  if (verdict_.has_value() && verdict_->digest == trial.digest) verdict_->step = kAcceptedStep;
}

void Loader::Close() {
  if (trial_.has_value()) PassTrial();
}

void Loader::SaveState() {
  if (store_ == nullptr) return;
  state_saved_ = LkgStatus(store_->SaveState({.environment = settings_.key.environment,
                                    .audience = settings_.key.audience,
                                    .floor = saved_floor_,
                                    .head_floor = head_floor_,
                                    .head = head_file_,
                                    .roots = chain_.files()}));
  health_->Count(state_saved_);
  ReportSaving();
}

// Shows the first of the last attempts to save that failed.
void Loader::ReportSaving() {
  if (store_ == nullptr) return;
  absl::Status status = pending_saved_;
  for (const absl::Status* saved : {&snapshot_saved_, &state_saved_}) {
    if (status.ok()) status = *saved;
  }
  if (health_->SetSaveStatus(status) && !status.ok()) Log(LogLevel::kWarning, base::TextOf(status));
}

void Loader::StartGuard() {
  const absl::StatusOr<std::optional<Digest>> quarantined = guard_.Start(settings_.options.clock->Now());
  if (!quarantined.ok()) {
    pending_saved_ = quarantined.status();
    health_->Count(pending_saved_);
    ReportSaving();
  } else if (quarantined->has_value()) {
    const absl::Status status = Unhealthy({.version = 0, .digest = **quarantined});
    verdict_ = {.digest = **quarantined, .version = 0, .step = base::LoadStep(LoadCode::kUnhealthy),
                .code = LoadCode::kUnhealthy};
    health_->Count(status);
    Log(LogLevel::kError, "snapshot " + Hex(**quarantined) + ": left out, the process ended with it on trial");
  }
}

void Loader::LoadSaved() {
  StartGuard();
  SavedState state;
  if (store_ != nullptr) {
    absl::StatusOr<SavedState> saved = store_->LoadState();
    if (saved.ok() && saved->environment == settings_.key.environment && saved->audience == settings_.key.audience) {
      state = *std::move(saved);
      floor_ = saved_floor_ = state.floor;
      head_floor_ = state.head_floor;
    }
  }
  Fallback found = FindFallback(settings_, store_, state, guard_, settings_.options.clock->Now());
  for (const absl::Status& refusal : found.refusals) {
    health_->Count(refusal);
    if (health_->SetSaveStatus(refusal)) Log(LogLevel::kWarning, base::TextOf(refusal));
  }
  if (!found.chain.empty()) chain_ = std::move(found.chain);
  RaiseFloor(found.bundle_floor);
  if (found.source == ClientStatus::Source::kNone) return;
  LoadHead(state);
  Install(std::move(found.snapshot), found.source);
  if (found.is_recovered) health_->SetRecovered();
  if (found.quarantined.has_value()) health_->SetQuarantined(*found.quarantined);
  if (guard_.IsAlarmed() || found.is_suspect) {
    pending_saved_ = guard_.Begin(snapshot_.digest());
    trial_ = {.digest = snapshot_.digest(), .file = {}, .since = settings_.options.clock->Monotonic()};
  }
  // Between the snapshot and the floor of step 17 the process may have ended.
  if (found.source == ClientStatus::Source::kSaved && RankOf(floor_) > RankOf(saved_floor_)) {
    saved_floor_ = floor_;
    SaveState();
  }
}

// The emergency-off list of the last accepted Head holds until a newer Head comes, also when it has expired. What is
// served is as old as that Head: a program that starts again does not become younger.
void Loader::LoadHead(const SavedState& state) {
  if (state.head.empty()) return;
  absl::StatusOr<core::AcceptedHead> accepted =
      core::OpenHead(state.head, chain_.newest(), settings_.key.environment, settings_.key.audience, {}, Time{});
  if (!accepted.ok()) return;
  head_file_ = state.head;
  head_ = std::move(accepted->head);
  const milliseconds age = settings_.options.clock->Now() - Time(milliseconds(head_->issued_at_ms));
  health_->SetSince(settings_.options.clock->Monotonic() - std::max(milliseconds(0), age));
}

Time Loader::FlooredNow() const {
  const Time now = settings_.options.clock->Now();
  if (!head_.has_value() || verified_at_.count() == 0) return now;
  return std::max(now, Time(milliseconds(head_->issued_at_ms)) + (settings_.options.clock->Monotonic() - verified_at_));
}

void Loader::Log(LogLevel level, std::string_view text) const {
  if (settings_.options.log) settings_.options.log(level, text);
}

}  // namespace expt::client
