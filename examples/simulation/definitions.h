// The demo project: a small shop with flags, rules, a segment, a layer, a holdout, and its experiments.
#ifndef EXPT_EXAMPLES_SIMULATION_DEFINITIONS_H_
#define EXPT_EXAMPLES_SIMULATION_DEFINITIONS_H_

#include <chrono>
#include <string>
#include <string_view>

#include "expt/snapshot.h"

namespace simulation {

// How long the experiments have been running when the demo begins.
inline constexpr std::chrono::hours kHistory{14 * 24};
// Ramps end so long after the history, that somebody who watches sees them rise.
inline constexpr std::chrono::minutes kLastStretch{10};

// Each experiment's flag has the experiment's key. The programs of examples/*/quickstart ask for new-checkout, page-size
// and kWinner.
inline constexpr std::string_view kWinner = "checkout-test";
inline constexpr std::string_view kFlat = "product-page";
inline constexpr std::string_view kHarmful = "delivery-notice";
inline constexpr std::string_view kBroken = "photo-zoom";
// These two share the layer "basket-page", so no visitor is in both; the holdout "this-quarter" keeps a tenth of the
// visitors out of either.
inline constexpr std::string_view kNudge = "basket-nudge";
inline constexpr std::string_view kSummary = "basket-summary";
// A guarded ramp: more and more visitors join, half of them in each arm.
inline constexpr std::string_view kRamp = "one-tap";

// A document for expt::cli::ParseDefinitions. `start`, in whole seconds, is when the experiments started.
//
// Salts are written down, so that every demo draws the same lots.
std::string DemoDefinitions(expt::Time start);

}  // namespace simulation

#endif  // EXPT_EXAMPLES_SIMULATION_DEFINITIONS_H_
