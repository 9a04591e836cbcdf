// The visitor behind Explain: writes down every step of a decision, as JSON and as lines for people.
#ifndef EXPT_SRC_EVAL_RECORDER_H_
#define EXPT_SRC_EVAL_RECORDER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/json_writer.h"
#include "src/eval/evaluator.h"
#include "src/eval/ruleset.h"

namespace expt::eval {

// Records one decision. Functions are those of SilentVisitor.
class Recorder {
 public:
  // Writes the fields "attributes", "overrides", "rules" and "default" into the open object of `json`.
  Recorder(const Ruleset& ruleset, const Flag& flag, base::JsonWriter& json, std::string& text);

  static constexpr bool kRecords = true;
  void Attribute(std::string_view name, const ValueView& value);
  void Override(const eval::Override& row, std::string_view unit, bool is_listed);
  void Prerequisite(const FlagIs& row, const Outcome& outcome, bool is_met);
  void BeginRule(const Rule& rule);
  void LeafTested(const Program& program, const Leaf& leaf, const ValueView& value, Truth truth);
  void FlagTested(const Program& program, const Leaf& leaf, const Outcome& outcome, Truth truth);
  void BeginShared(const Program& program, const Leaf& leaf);
  void EndShared(const Leaf& leaf, bool is_taken);
  void Condition(bool holds);
  void Coverage(const eval::Coverage& coverage, uint32_t ppm, std::string_view unit, int32_t bucket, bool is_inside);
  void Holdout(const RuleHoldout& row, std::string_view unit, int32_t bucket, bool is_held_out);
  void Sticky(const Experiment& experiment, std::string_view unit, uint16_t variant);
  void ExperimentReached(const Experiment& experiment);
  void Layer(const eval::Layer& layer, std::string_view unit, int32_t bucket, bool is_inside);
  void SplitDecided(const Split& split, std::string_view unit, int32_t bucket, uint32_t begin, uint32_t end,
                    uint16_t variant);
  void RuleMissed(Miss miss);
  void EndRule(bool serves);
  void DefaultServe(ServeKind kind);

  // Closes what is open.
  void Finish();

 private:
  // Which field of the document is being written.
  enum class Part : uint8_t { kStart, kAttributes, kOverrides, kPrerequisites, kRules, kDefault };

  void Enter(Part part);
  void Line(std::string_view line);
  std::string_view SlotName(const Program& program, uint8_t slot) const;
  std::string_view VariantKey(uint16_t variant) const;
  void Hashed(std::string_view salt, uint8_t slot, std::string_view unit, int32_t bucket);
  void Range(int64_t begin, int64_t end);
  void LeafFields(const Program& program, const Leaf& leaf);
  void Reached(const Program& program, const Leaf& leaf);
  void BeginSteps();
  void EndSteps();
  void CloseHoldouts();

  const Ruleset& r_;
  const Flag& flag_;
  base::JsonWriter& json_;
  std::string& text_;
  Part part_ = Part::kStart;
  const Rule* rule_ = nullptr;
  bool has_steps_ = false;     // "condition" of the rule is open
  bool has_holdouts_ = false;  // "holdouts" of the rule is open
  size_t indent_ = 0;
  std::vector<bool> reached_;             // leaves of the flag
};

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_RECORDER_H_
