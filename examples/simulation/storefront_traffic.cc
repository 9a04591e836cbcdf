#include "examples/simulation/storefront_traffic.h"

#include <chrono>
#include <string_view>

#include "examples/simulation/storefront.h"
#include "expt/evaluate.h"

namespace simulation {
namespace {

expt::Time Now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

}  // namespace

uint64_t StorefrontTraffic::Visit(uint64_t number) {
  const std::vector<StorefrontWay>& ways = StorefrontWays();
  const StorefrontWay& way = ways[number % ways.size()];
  const bool is_return = way.is_sticky && number / ways.size() % 2 == 1;
  const expt::Context visitor = StorefrontVisitor(way, group_, is_return ? number - ways.size() : number);
  uint64_t refused = 0;
  if (is_return) {
    const expt::Snapshot snapshot = client_.Pin();
    expt::Decision decision;
    {
      const std::lock_guard lock(mutex_);
      decision = expt::Evaluate(snapshot, kStorefront, visitor, {.now = Now(), .sticky = &assignments_});
    }
    refused += !client_.Expose(decision, visitor).accepted();
    Remember(decision, visitor);
  } else {
    const expt::OwnedDecision decision = client_.Decide(kStorefront, visitor);
    Remember(decision.view(), visitor);
    // One in two buys, whatever the storefront shows.
    const bool buys = number / ways.size() % 4 == 0;
    if (way.is_sticky && buys) refused += !client_.Track("purchase", visitor, {.value = 30}).accepted();
  }
  return refused;
}

void StorefrontTraffic::Remember(const expt::Decision& decision, const expt::Context& visitor) {
  const std::lock_guard lock(mutex_);
  ++counts_.decided[std::string(decision.rule.empty() ? ReasonName(decision.reason) : decision.rule)];
  for (const expt::Exposure& exposure : decision.exposures()) {
    if (exposure.origin == expt::ExposureOrigin::kSticky) ++counts_.kept;
    if (!exposure.is_sticky || exposure.origin != expt::ExposureOrigin::kEngine) continue;
    const std::string_view unit_id = visitor.Find(exposure.bucket_by).text();
    assignments_.Set(exposure.experiment_id, exposure.phase, exposure.bucket_by, unit_id, exposure.variant);
  }
}

StorefrontTraffic::Counts StorefrontTraffic::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace simulation
