#include "examples/simulation/storefront_traffic.h"

#include <string_view>
#include <vector>

#include "examples/simulation/storefront.h"

namespace simulation {

uint64_t StorefrontTraffic::Visit(uint64_t number) {
  const std::vector<StorefrontWay>& ways = StorefrontWays();
  const StorefrontWay& way = ways[number % ways.size()];
  const uint64_t round = number / ways.size();
  const bool is_return = way.is_sticky && round % 2 == 1;
  const expt::Context visitor = StorefrontVisitor(way, group_, is_return ? number - ways.size() : number);
  {
    const std::lock_guard lock(mutex_);
    Remember(client_.Decide(kStorefront, visitor, {.sticky = &assignments_}).view(), visitor);
  }
  // Of the experiment's visitors every other one buys, whatever the storefront shows.
  if (!way.is_sticky || is_return || round % 4 != 0) return 0;
  return client_.Track("purchase", visitor, {.value = 30}).accepted() ? 0 : 1;
}

void StorefrontTraffic::Remember(const expt::Decision& decision, const expt::Context& visitor) {
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
