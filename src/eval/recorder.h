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

  void Attribute(std::string_view name, const ValueView& value);
  void Override(const eval::Override& row, std::string_view unit, bool is_listed);
  void BeginRule(const Rule& rule);
  void LeafTested(const Leaf& leaf, const ValueView& value, Truth truth);
  void BeginSegment(const Leaf& leaf, const FlagSegment& segment);
  void EndSegment(const Leaf& leaf, const FlagSegment& segment, bool is_taken);
  void Condition(bool holds);
  void Coverage(const Rule& rule, std::string_view unit, int32_t bucket, bool is_inside);
  void ExperimentReached(const Experiment& experiment);
  void Layer(const Experiment& experiment, std::string_view unit, int32_t bucket, bool is_inside);
  void SplitDecided(const Split& split, std::string_view unit, int32_t bucket, uint32_t begin, uint32_t end,
                    uint16_t variant);
  void RuleMissed(Miss miss);
  void EndRule(bool serves);
  void DefaultServe(const Serve& serve);

  // Closes what is open.
  void Finish();

 private:
  // Which field of the document is being written.
  enum class Part : uint8_t { kStart, kAttributes, kOverrides, kRules, kDefault };

  void Enter(Part part);
  void Line(std::string_view line);
  std::string_view SlotName(uint8_t slot) const;
  void Operands(const Leaf& leaf);  // as JSON array
  std::string OperandText(const Leaf& leaf) const;
  void Hashed(std::string_view salt, uint8_t slot, std::string_view unit, int32_t bucket);
  std::string HashText(std::string_view salt, std::string_view unit, int32_t bucket) const;
  void LeafFields(const Leaf& leaf);
  void BeginSteps();
  void EndSteps();

  const Ruleset& r_;
  const Flag& flag_;
  base::JsonWriter& json_;
  std::string& text_;
  Part part_ = Part::kStart;
  const Rule* rule_ = nullptr;
  bool has_steps_ = false;  // "condition" of the rule is open
  size_t indent_ = 0;
  std::vector<bool> reached_;  // leaves of the flag
};

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_RECORDER_H_
