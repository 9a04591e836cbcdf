// A publish that goes out in rings, in a line.
#ifndef EXPT_CONTROL_PLANE_CLI_RINGS_LINE_H_
#define EXPT_CONTROL_PLANE_CLI_RINGS_LINE_H_

#include <nlohmann/json.hpp>
#include <string>

namespace expt::cli {

// Of what the API calls Rings:
//   version 8 in ring 2 of 4: 10 % of clients, until 2026-03-01T12:05:00Z
//   version 8 complete: baked
//   version 8 halted: too slow; version 9 has the content of version 7
std::string RingsLine(const nlohmann::json& rings);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_RINGS_LINE_H_
