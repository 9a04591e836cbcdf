// Change requests as text.
#ifndef EXPT_CONTROL_PLANE_CLI_CHANGES_TEXT_H_
#define EXPT_CONTROL_PLANE_CLI_CHANGES_TEXT_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace expt::cli {

// One line each: id, state, approvals, title.
std::string ChangesTable(const std::vector<nlohmann::json>& requests);

// Where one stands:
//   chg_5f2c approved, to be published at 2030-01-07T09:30:00Z
//   chg_5f2c applied: version 8
//   chg_5f2c approved; failed: environment "production" is frozen …
std::string ChangeLine(const nlohmann::json& request);

// What the API calls ChangeRequestDiff; problems and warnings last:
//   flag_configuration "checkout", revision 3
//     /rules/0/serve/variant: "off" -> "on"
std::string DiffText(const nlohmann::json& diff);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_CHANGES_TEXT_H_
