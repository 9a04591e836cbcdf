// The results of an experiment for people.
#ifndef EXPT_CONTROL_PLANE_CLI_RESULTS_TABLE_H_
#define EXPT_CONTROL_PLANE_CLI_RESULTS_TABLE_H_

#include <nlohmann/json.hpp>
#include <string>

namespace expt::cli {

// `results` is the document that GET .../results/{experiment} answers. Total: what is missing in it prints as "-".
//
// Proportions in percent, their differences in percentage points (pp); means and ratios as numbers; the lift in
// percent of control.
std::string ResultsTable(const nlohmann::json& results);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_RESULTS_TABLE_H_
