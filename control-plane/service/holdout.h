// A holdout: units that rules keep out, so that everything together can be compared with nothing.
// docs/definitions.md describes the document.
#ifndef EXPT_CONTROL_PLANE_SERVICE_HOLDOUT_H_
#define EXPT_CONTROL_PLANE_SERVICE_HOLDOUT_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control-plane/service/json_reader.h"

namespace expt::service {

struct Holdout {
  std::string key;
  std::string description;
  std::string bucket_by;
  std::string salt;  // empty: still to be made
  uint32_t ppm = 0;  // of units that are held out
  std::optional<int64_t> start_ms;
  std::optional<int64_t> end_ms;

  // It keeps units out at that time.
  bool IsActive(int64_t now_ms) const;
};

Holdout ReadHoldout(const nlohmann::json& document, Problems& problems);

// Carries over into `document`, which is valid, what its writer leaves out and `before` (null: new) has. Reports changes
// that would move units of a holdout that is under way.
void ContinueHoldout(nlohmann::json& document, const nlohmann::json& before, int64_t now_ms, Problems& problems);

// What a change at that time does to units, where it does something: "200 ppm of units are no longer held out".
std::vector<std::string> HoldoutWarnings(const Holdout& before, const Holdout& after, int64_t now_ms);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_HOLDOUT_H_
