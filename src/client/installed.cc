#include "src/client/installed.h"

#include "expt/context.h"
#include "src/core/catalog.h"

namespace expt::client {

std::shared_ptr<const Installed> MakeInstalled(const Snapshot& snapshot, const Overlay& overlay) {
  auto installed = std::make_shared<Installed>();
  for (const std::string_view name : core::UnitTypes(snapshot)) {
    if (name != kTargetingKey) installed->unit_types.emplace_back(name);
  }
  for (const std::string_view name : core::AnalyticsAttributes(snapshot)) installed->analytics.emplace_back(name);
  installed->snapshot = snapshot.With(overlay);
  installed->emergency_off.assign(overlay.emergency_off.begin(), overlay.emergency_off.end());
  installed->stale = overlay.stale;
  return installed;
}

}  // namespace expt::client
