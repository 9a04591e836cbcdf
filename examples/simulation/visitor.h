// The people of the simulated shop: who they are, and what they do given what they saw.
#ifndef EXPT_EXAMPLES_SIMULATION_VISITOR_H_
#define EXPT_EXAMPLES_SIMULATION_VISITOR_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "examples/simulation/definitions.h"
#include "expt/context.h"

namespace simulation {

// Equal seeds give equal people. Cheap; every thread may make its own.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  uint64_t Next();  // SplitMix64
  double Share();   // in [0, 1)
  double Normal();  // mean 0, deviation 1
  bool Happens(double probability) { return Share() < probability; }

 private:
  uint64_t state_;
};

// Which treatments a visitor met.
struct Treatments {
  bool winner = false, flat = false, harmful = false, broken = false, nudge = false, summary = false, ramp = false;
};

// Every experiment that the shop runs on its pages, and what says that a visitor met its treatment.
struct PageExperiment {
  std::string_view key;
  bool Treatments::*is_treated;
};
inline constexpr PageExperiment kPageExperiments[] = {
    {kWinner, &Treatments::winner}, {kFlat, &Treatments::flat},       {kHarmful, &Treatments::harmful},
    {kBroken, &Treatments::broken}, {kNudge, &Treatments::nudge},     {kSummary, &Treatments::summary},
    {kRamp, &Treatments::ramp},
};

struct Visitor {
  std::string id;
  expt::Context context;
  Dice dice;  // what this visitor does next
};

// The visitor number `number` of the group `group`.
Visitor MakeVisitor(const std::string& group, uint64_t number);

struct Behaviour {
  bool buys = false;
  double revenue = 0;                       // of the purchase
  std::chrono::milliseconds buys_after{0};  // the visit
  bool asks_for_help = false;
  std::chrono::milliseconds asks_after{0};
  bool is_exposure_lost = false;  // the broken experiment's treatment crashed before it could report
};

// The truth behind the demo: half of the visitors buy, 6 % more of them with the winner, 12 % fewer with the harmful
// notice, which also brings more tickets; the flat page changes nothing; the broken treatment loses 8 % of its
// exposures. With the nudge 15 % more buy, with the summary a purchase is 25 % larger, with one tap 12 % more buy and
// nobody needs more help.
Behaviour Behave(Visitor& visitor, const Treatments& treatments);

}  // namespace simulation

#endif  // EXPT_EXAMPLES_SIMULATION_VISITOR_H_
