// What a change of a flag's configuration does to units that have been decided: nothing is refused, and nothing is silent.
#ifndef EXPT_CONTROL_PLANE_SERVICE_CONFIGURATION_WARNINGS_H_
#define EXPT_CONTROL_PLANE_SERVICE_CONFIGURATION_WARNINGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "control-plane/service/flag_configuration.h"

namespace expt::service {

// Compares rules of the same id: `rule "half": coverage falls from 500000 to 250000 ppm: units leave the rule`. Both have
// their salts. Nothing to say about a flag that was disabled.
std::vector<std::string> ConfigurationWarnings(const FlagConfiguration& before, const FlagConfiguration& after,
                                               int64_t now_ms);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_CONFIGURATION_WARNINGS_H_
