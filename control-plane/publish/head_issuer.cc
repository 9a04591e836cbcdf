#include "control-plane/publish/head_issuer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "control-plane/publish/hex.h"
#include "control-plane/publish/ring_plan.h"
#include "control-plane/storage/document_kinds.h"
#include "control-plane/storage/state_store.h"
#include "src/base/status.h"
#include "src/host/crypto.h"
#include "src/host/signed_file.h"
#include "src/wire/head.h"

namespace expt::publish {
namespace {

using storage::Document;
using storage::Publish;

constexpr size_t kMaxEmergencyOff = 256;

Time SystemNow() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

std::string CounterName(const Publish& live) {
  return "head/" + live.environment + (live.audience == Audience::kServer ? "/server" : "/client");
}

wire::SnapshotRef RefOf(const Publish& row) {
  return {.version = row.version, .digest = row.digest, .size_bytes = row.size_bytes};
}

// The newest publish of an audience, and while it goes out in rings what everybody else has.
struct Offer {
  Publish newest;
  std::optional<Publish> stable;
  uint32_t candidate_ppm = 0;
};

absl::StatusOr<std::optional<Offer>> OfferOf(storage::StateStore& state, const std::string& environment_id,
                                             Audience audience, const std::optional<storage::Rings>& rings) {
  const auto newest = state.LivePublish(environment_id, audience);
  if (!newest.ok()) return newest.status();
  if (!newest->has_value()) return std::optional<Offer>();
  Offer offer{.newest = **newest, .stable = std::nullopt};
  if (!rings.has_value() || rings->state != storage::RingState::kUnderWay || rings->version != offer.newest.version) {
    return offer;
  }
  const auto stable = state.FindPublish(environment_id, audience, rings->stable_version);
  if (!stable.ok()) return stable.status();
  offer.stable = *stable;
  offer.candidate_ppm = kRingShares[static_cast<size_t>(rings->ring)];
  return offer;
}

// Keys of the flags that serve their off variant, as the environment's document says.
absl::StatusOr<std::vector<std::string>> EmergencyOff(storage::StateStore& state, const Document& environment) {
  const std::string kind(storage::kEmergencyOffKind);
  const auto document = state.Find({environment.name.project, environment.name.key, kind, kind});
  if (!document.ok()) return document.status();
  std::vector<std::string> keys;
  if (!document->has_value()) return keys;
  const nlohmann::json body = nlohmann::json::parse((*document)->body);
  for (const nlohmann::json& key : body["flags"]) {
    if (keys.size() < kMaxEmergencyOff) keys.push_back(key.get<std::string>());
  }
  return keys;
}

}  // namespace

HeadIssuer::HeadIssuer(storage::StateStore& state, SigningKeys& signing, HeadOptions options)
    : state_(state), signing_(signing), options_(std::move(options)) {
  if (!options_.now) options_.now = SystemNow;
}

HeadIssuer::~HeadIssuer() { Stop(); }

absl::Status HeadIssuer::Start() {
  const absl::Status status = IssueNow();
  const std::lock_guard lock(mutex_);
  last_status_ = status;
  ticker_.Start(options_.interval, [this] {
    absl::Status next = IssueNow();
    const std::lock_guard guard(mutex_);
    last_status_ = std::move(next);
  });
  return status;
}

void HeadIssuer::Stop() { ticker_.Stop(); }

absl::Status HeadIssuer::IssueNow(std::string_view environment_id) {
  const std::lock_guard issuing(issuing_);
  const auto environments = state_.ListEverywhere(storage::kEnvironmentKind);
  if (!environments.ok()) return environments.status();
  const std::shared_ptr<const wire::RootModel> root = signing_.root();
  absl::Status worst;
  struct Task {
    Offer offer;
    std::vector<std::string> emergency_off;
  };
  std::vector<Task> tasks;
  std::vector<std::string> counters;
  for (const Document& environment : *environments) {
    if (!environment_id.empty() && environment.id != environment_id) continue;
    const auto rings = state_.FindRings(environment.id);
    if (!rings.ok()) return rings.status();
    for (const Audience audience : {Audience::kServer, Audience::kClient}) {
      absl::StatusOr<std::optional<Offer>> offer = OfferOf(state_, environment.id, audience, *rings);
      if (!offer.ok()) return offer.status();
      if (!offer->has_value()) continue;
      const Publish* const live = &(*offer)->newest;
      if (live->epoch != root->Epoch(environment.id)) {
        worst = base::Error(absl::StatusCode::kFailedPrecondition,
                            "environment \"" + environment.id + "\": was published in epoch " +
                                std::to_string(live->epoch) + ", the Root says " +
                                std::to_string(root->Epoch(environment.id)) + "; publish again");
        continue;
      }
      absl::StatusOr<std::vector<std::string>> off = EmergencyOff(state_, environment);
      if (!off.ok()) return off.status();
      counters.push_back(CounterName(*live));
      tasks.push_back({**std::move(offer), *std::move(off)});
    }
  }
  if (tasks.empty()) return worst;
  const auto numbers = state_.NextNumbers(counters);
  if (!numbers.ok()) return numbers.status();
  const Time now = options_.now();
  for (size_t i = 0; i < tasks.size(); ++i) {
    const Offer& offer = tasks[i].offer;
    const Publish& live = offer.newest;
    wire::HeadModel head;
    head.environment = live.environment;
    head.audience = live.audience;
    head.root_version = root->root_version;
    head.epoch = live.epoch;
    head.head_number = (*numbers)[i];
    head.issued_at_ms = now.time_since_epoch().count();
    head.expires_at_ms = (now + options_.life).time_since_epoch().count();
    head.stable = RefOf(offer.stable.value_or(live));
    if (offer.stable.has_value()) head.candidate = RefOf(live);
    head.candidate_ppm = offer.candidate_ppm;
    head.emergency_off = std::move(tasks[i].emergency_off);
    head.poll_interval_ms = static_cast<uint32_t>(options_.poll_interval.count());
    auto issued = std::make_shared<IssuedHead>();
    issued->file = host::MakeSignedFile(wire::PayloadType::kHead, wire::EncodeHead(head),
                                        signing_.HeadKeys(live.environment));
    issued->etag = "\"" + Hex(host::Sha256(issued->file)) + "\"";
    issued->epoch = head.epoch;
    issued->number = head.head_number;
    {
      const std::lock_guard lock(mutex_);
      heads_.insert_or_assign({live.environment, live.audience}, issued);
    }
    if (options_.issued) options_.issued(live.environment, live.audience, std::move(issued));
  }
  return worst;
}

std::shared_ptr<const IssuedHead> HeadIssuer::Head(std::string_view environment_id, Audience audience) const {
  const std::lock_guard lock(mutex_);
  const auto found = heads_.find({std::string(environment_id), audience});
  return found == heads_.end() ? nullptr : found->second;
}

absl::Status HeadIssuer::last_status() const {
  const std::lock_guard lock(mutex_);
  return last_status_;
}

}  // namespace expt::publish
