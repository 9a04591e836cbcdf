#include "control-plane/publish/ring_plan.h"

#include <nlohmann/json.hpp>

namespace expt::publish {
namespace {

constexpr uint64_t kLeastEvaluations = 1'000;
constexpr uint64_t kLeastErrors = 20;
constexpr double kLeastRate = 0.001;

double RateOf(const wire::EvaluationCount& count) {
  return static_cast<double>(count.errors) / static_cast<double>(count.total);
}

}  // namespace

RingSettings RingSettingsOf(std::string_view environment_body) {
  const nlohmann::json body = nlohmann::json::parse(environment_body, nullptr, /*allow_exceptions=*/false);
  RingSettings settings;
  if (!body.is_object()) return settings;
  settings.is_staged = body.value("rings", "none") == "staged";
  settings.bake = std::chrono::seconds(body.value("bake", int64_t{kDefaultBake.count()}));
  return settings;
}

bool IsErrorRateDoubled(const wire::EvaluationCount& stable, const wire::EvaluationCount& candidate) {
  if (stable.total < kLeastEvaluations || candidate.total < kLeastEvaluations) return false;
  if (candidate.errors < kLeastErrors || RateOf(candidate) < kLeastRate) return false;
  return RateOf(candidate) >= 2 * RateOf(stable);
}

}  // namespace expt::publish
