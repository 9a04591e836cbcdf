#include <utility>

#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/publish/ring_plan.h"
#include "control-plane/service/instant.h"
#include "control-plane/service/json_reader.h"

namespace expt::api {
namespace {

using nlohmann::json;
using storage::Rings;
using storage::RingState;

std::string_view WordOf(RingState state) {
  switch (state) {
    case RingState::kUnderWay:
      return "under_way";
    case RingState::kComplete:
      return "complete";
    case RingState::kHalted:
      break;
  }
  return "halted";
}

json InstantOrNull(int64_t ms) { return ms == 0 ? json(nullptr) : json(service::FormatInstant(ms)); }

publish::Author AuthorOf(const Exchange& exchange) {
  const service::Call& call = exchange.caller.call;
  return {.actor = call.actor, .address = call.address, .now = call.now};
}

using EndCall = absl::StatusOr<Rings> (publish::RingKeeper::*)(const publish::Author&, const std::string& environment,
                                                               const std::string& reason);

// By hand, for the reason in the body.
Answer End(const Services& services, const Exchange& exchange, EndCall call) {
  const auto environment = EnvironmentOf(services, exchange);
  if (!environment.ok()) return environment.fault();
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  service::Problems problems;
  service::ObjectReader reader(*body, "", problems);
  const std::string reason = reader.Text("reason", false);
  reader.RefuseOthers();
  if (!problems.empty()) return service::Invalid("rings", std::move(problems));
  const absl::StatusOr<Rings> rings = (services.rings.*call)(AuthorOf(exchange), environment->id, reason);
  if (!rings.ok()) return FaultOf(rings.status());
  return JsonResponse(200, RingsJson(*rings));
}

}  // namespace

json RingsJson(const std::optional<Rings>& rings) {
  if (!rings.has_value()) return nullptr;
  const bool is_under_way = rings->state == RingState::kUnderWay;
  const bool had_rings = rings->bake_ms != 0;
  const auto share = publish::kRingShares[static_cast<size_t>(rings->ring)];
  return {{"state", WordOf(rings->state)},
          {"version", rings->version},
          {"stable_version", rings->stable_version},
          {"ring", had_rings ? json(rings->ring + 1) : json(nullptr)},
          {"share", had_rings ? json(share) : json(nullptr)},
          {"bake", rings->bake_ms / 1000},
          {"entered", InstantOrNull(rings->entered_ms)},
          {"next", is_under_way ? InstantOrNull(rings->entered_ms + rings->bake_ms) : json(nullptr)},
          {"ended", InstantOrNull(rings->ended_ms)},
          {"withdrawn_as", rings->withdrawn_as == 0 ? json(nullptr) : json(rings->withdrawn_as)},
          {"reason", rings->reason}};
}

Answer GetRings(const Services& services, const Exchange& exchange) {
  const auto environment = EnvironmentOf(services, exchange);
  if (!environment.ok()) return environment.fault();
  const auto rings = services.publisher.FindRings(environment->id);
  if (!rings.ok()) return FaultOf(rings.status());
  if (!rings->has_value()) return service::NotFound("no publish of this environment has gone out in rings");
  return JsonResponse(200, RingsJson(*rings));
}

Answer PostRingsComplete(const Services& services, const Exchange& exchange) {
  return End(services, exchange, &publish::RingKeeper::Complete);
}

Answer PostRingsHalt(const Services& services, const Exchange& exchange) {
  return End(services, exchange, &publish::RingKeeper::Halt);
}

}  // namespace expt::api
