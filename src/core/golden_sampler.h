// Synthetic contexts for golden vectors, made from what conditions ask for.
#ifndef EXPT_SRC_CORE_GOLDEN_SAMPLER_H_
#define EXPT_SRC_CORE_GOLDEN_SAMPLER_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expt/context.h"
#include "src/model/snapshot.h"

namespace expt::core {

// One attribute of a synthetic context.
struct Sample {
  std::string name;
  ValueType type = ValueType::kMissing;
  bool boolean = false;
  int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<std::string> list;
};

// Makes attributes under which conditions hold, or do not, as far as one pass over them can tell.
class Sampler {
 public:
  explicit Sampler(const model::Snapshot& model) : m_(model) {}

  void Satisfy(model::Index condition, bool wanted, int depth = 0);

  // A string as unit id, unless the attribute is there already.
  void Unit(std::string_view name, std::string text);

  const std::vector<Sample>& samples() const { return samples_; }
  // The time that a condition over `$now` asks for.
  std::optional<int64_t> now_ms() const { return now_ms_; }

 private:
  const Sample* Find(std::string_view name) const;
  void Leaf(const model::Condition& condition, const model::OperandList& list, bool wanted);
  bool Fill(const model::Condition& condition, const model::OperandList& list, bool wanted, Sample& sample);
  void FillText(model::Operator op, std::string_view operand, bool wanted, Sample& sample);
  void FillList(const model::Condition& condition, const model::OperandList& list, bool wanted, Sample& sample);
  void Place(const model::Condition& condition, const model::OperandList& list, bool wanted);

  const model::Snapshot& m_;
  std::vector<Sample> samples_;
  std::optional<int64_t> now_ms_;
};

// `samples` as attributes, in their order. They view the samples and what is added to `lists`.
std::vector<Attribute> AttributesOf(const std::vector<Sample>& samples,
                                    std::deque<std::vector<std::string_view>>& lists);

}  // namespace expt::core

#endif  // EXPT_SRC_CORE_GOLDEN_SAMPLER_H_
