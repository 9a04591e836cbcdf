// The parts of Review(), each for one kind of warning. Internal to src/model.
#ifndef EXPT_SRC_MODEL_REVIEW_PARTS_H_
#define EXPT_SRC_MODEL_REVIEW_PARTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/model/condition_walk.h"
#include "src/model/place.h"
#include "src/model/snapshot.h"
#include "src/model/validate.h"

namespace expt::model {

// Whether every index points into its table; else nothing can be followed.
bool HasRightTables(const Snapshot& snapshot);

// What a condition can come out as, for any context: a set of bits.
inline constexpr uint8_t kCanBeTrue = 1;
inline constexpr uint8_t kCanBeFalse = 2;
inline constexpr uint8_t kCanBeUnknown = 4;
inline constexpr uint8_t kCanBeAnything = kCanBeTrue | kCanBeFalse | kCanBeUnknown;

struct ConditionTruth {
  uint8_t outcomes = kCanBeAnything;
  std::string reason;  // why it is not anything; may be empty
};
// Per row of the condition table.
std::vector<ConditionTruth> ConditionTruths(const Snapshot& snapshot);

// Collects warnings.
class Warnings {
 public:
  explicit Warnings(const Snapshot& snapshot) : s_(snapshot) {}

  void OfFlag(Index flag, std::string_view place, std::string text) {
    issues_.push_back({.scope = Issue::Scope::kWarning,
                       .flag = flag,
                       .place = Within(Named("flag", s_.strings[s_.flags[flag].key]), place),
                       .text = std::move(text)});
  }
  void OfRule(Index flag, Index rule, std::string text) {
    OfFlag(flag, Named("rule", s_.strings[s_.rules[rule].id]), std::move(text));
  }
  void Of(std::string place, std::string text) {
    issues_.push_back(
        {.scope = Issue::Scope::kWarning, .flag = kNone, .place = std::move(place), .text = std::move(text)});
  }
  std::vector<Issue> Take() { return std::move(issues_); }

 private:
  const Snapshot& s_;
  std::vector<Issue> issues_;
};

// Whether a rule takes every unit for which its condition is true, with or without unit id.
bool TakesEverybody(const Snapshot& snapshot, const Rule& rule);

// `walk` is used up to its next Restart().
void ReviewRules(const Snapshot& snapshot, const std::vector<ConditionTruth>& truths, Index flag, ConditionWalk& walk,
                 Warnings& warnings);
void ReviewOverrides(const Snapshot& snapshot, Index flag, Warnings& warnings);
// Rules of one flag that serve different things to units of several segments.
void ReviewSharedUnits(const Snapshot& snapshot, Index flag, Warnings& warnings);
// A segment that includes and excludes the same units.
void ReviewMembers(const Snapshot& snapshot, Index segment, Warnings& warnings);
// Conditions below `root` that show what a private attribute is compared with. `place`: of whose condition it is.
void ReviewPrivate(const Snapshot& snapshot, Index flag, std::string_view place, Index root, ConditionWalk& walk,
                   Warnings& warnings);
// Changes since `previous` that move units.
void ReviewChanges(const Snapshot& snapshot, const Snapshot& previous, const std::vector<bool>& is_broken,
                   Warnings& warnings);

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_REVIEW_PARTS_H_
