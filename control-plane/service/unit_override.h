// A unit that always gets certain variants: somebody who tests, a guest of honour. docs/definitions.md describes the
// document. It belongs to an environment, or to the project and then to all of its environments.
#ifndef EXPT_CONTROL_PLANE_SERVICE_UNIT_OVERRIDE_H_
#define EXPT_CONTROL_PLANE_SERVICE_UNIT_OVERRIDE_H_

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "control-plane/service/json_reader.h"

namespace expt::service {

inline constexpr size_t kMaxOverriddenFlags = 1'000;

struct UnitOverride {
  std::string key;
  std::string bucket_by;
  std::string unit_id;
  std::map<std::string, std::string> variants;  // by flag
  std::string note;
  std::optional<int64_t> expires_ms;

  bool IsExpired(int64_t now_ms) const { return expires_ms.has_value() && *expires_ms <= now_ms; }
};

UnitOverride ReadUnitOverride(const nlohmann::json& document, Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_UNIT_OVERRIDE_H_
