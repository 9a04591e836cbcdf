// The demo project: a small shop with flags, rules, a segment, and four experiments.
#ifndef EXPT_EXAMPLES_SIMULATION_DEFINITIONS_H_
#define EXPT_EXAMPLES_SIMULATION_DEFINITIONS_H_

#include <string>
#include <string_view>

namespace simulation {

// The programs of examples/*/quickstart ask for new-checkout, page-size and kWinner. Each experiment's flag has the experiment's key.
inline constexpr std::string_view kWinner = "checkout-test";
inline constexpr std::string_view kFlat = "product-page";
inline constexpr std::string_view kHarmful = "delivery-notice";
inline constexpr std::string_view kBroken = "photo-zoom";
inline constexpr std::string_view kExperiments[] = {kWinner, kFlat, kHarmful, kBroken};

// A document for expt::cli::ParseDefinitions. `start` (RFC 3339) is when the experiments started.
//
// Salts are written down, so that every demo draws the same lots.
std::string DemoDefinitions(std::string_view start);

}  // namespace simulation

#endif  // EXPT_EXAMPLES_SIMULATION_DEFINITIONS_H_
