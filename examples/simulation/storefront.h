// The flag "storefront": what a visitor sees first. It has a rule of every kind that there is, and for each rule a
// visitor who comes to it.
#ifndef EXPT_EXAMPLES_SIMULATION_STOREFRONT_H_
#define EXPT_EXAMPLES_SIMULATION_STOREFRONT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "expt/context.h"
#include "expt/snapshot.h"

namespace simulation {

inline constexpr std::string_view kStorefront = "storefront";

// Where a visitor of the storefront may end.
struct StorefrontWay {
  std::string outcome;  // the rule's id, "override", or the reason where no rule decides
  bool is_rule;
  bool is_share;    // the rule takes some of these visitors; the others go on
  bool is_sticky;   // the rule serves a sticky experiment
  std::string who;  // attributes, a JSON object; "{N}" stands for the visitor's number
};

// One way for each rule, in their order, then those of the override, the prerequisite and the default.
const std::vector<StorefrontWay>& StorefrontWays();

// The context of the visitor `number` of `group` who comes `way`.
expt::Context StorefrontVisitor(const StorefrontWay& way, std::string_view group, uint64_t number);

// The flag as a JSON object of definitions. Its ramps rise from `start` to `today` and then faster, for whoever watches.
std::string StorefrontFlag(expt::Time start, expt::Time today);

}  // namespace simulation

#endif  // EXPT_EXAMPLES_SIMULATION_STOREFRONT_H_
