// The evaluator again, in the slowest obvious way: it interprets the model with three-valued logic, maps and strings,
// sentence by sentence of docs/evaluation.md, and shares no code with src/eval.
#ifndef EXPT_TESTS_ORACLE_ORACLE_H_
#define EXPT_TESTS_ORACLE_ORACLE_H_

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "expt/context.h"
#include "src/model/snapshot.h"
#include "tests/oracle/answer.h"

namespace expt::oracle {

enum class Kleene { kFalse, kUnknown, kTrue };
Kleene Not(Kleene a);
Kleene And(Kleene a, Kleene b);
Kleene Or(Kleene a, Kleene b);
inline Kleene Known(bool truth) { return truth ? Kleene::kTrue : Kleene::kFalse; }

struct OracleOverlay {
  std::set<std::string> emergency_off;
  std::string stale;  // "", "defaults" or "fail_closed"
};

// (experiment id, phase, bucket_by, unit id) -> variant
using OracleSticky = std::map<std::tuple<std::string, uint32_t, std::string, std::string>, std::string>;

using Facts = std::map<std::string, Value>;

// Nothing for a context that is invalid.
std::optional<Facts> FactsOf(const std::vector<Attribute>& context);

// All that a decision depends on beside the snapshot and the flag.
struct Asked {
  int64_t now_ms = 0;
  ValueType expected = ValueType::kMissing;
  OracleOverlay overlay;
  OracleSticky sticky;
};

// A model to ask. `model` must live longer.
class Oracle {
 public:
  explicit Oracle(const model::Snapshot& model);

  bool is_refused() const { return is_refused_; }  // the whole snapshot
  bool IsBroken(const std::string& flag) const { return broken_.contains(flag); }

  Answer Decide(const std::string& flag, const std::vector<Attribute>& context, const Asked& asked) const;

  // Whether an answer so far met a place too near to the edge of its circle for libm and the engine to agree.
  bool TookEdge() const { return took_edge_; }

 private:
  std::string Text(model::Index string) const { return std::string(model_.strings[string]); }
  std::string AttributeName(model::Index attribute) const { return Text(model_.attributes[attribute].name); }

  // conditions.cc
  Kleene Condition(model::Index row, const Facts& facts, const Asked& asked) const;
  Kleene Leaf(const model::Condition& condition, const Facts& facts, const Asked& asked) const;
  Kleene ValueLeaf(const model::Condition& condition, const Value& value) const;
  Kleene TextLeaf(const model::Condition& condition, const std::string& text) const;
  Kleene ListLeaf(const model::Condition& condition, const Value& value) const;
  Kleene TimeLeaf(const model::Condition& condition, const Value& value) const;
  Kleene PlaceLeaf(const model::Condition& condition, const Facts& facts) const;
  Kleene Segment(const model::Segment& segment, const Facts& facts, const Asked& asked) const;
  Kleene Member(const model::MemberList& list, const Facts& facts) const;
  Kleene FlagIs(model::Index flag, std::span<const model::Index> variants, const Facts& facts,
                const Asked& asked) const;
  std::vector<std::string> Texts(const model::OperandList& list) const;
  std::vector<model::Index> References(model::Index operands) const;

  // defects.cc
  bool HasBadPattern(model::Index condition, std::set<std::string>& visited) const;
  bool HasBadPatternBehind(const model::Flag& flag, std::set<std::string>& visited) const;

  std::optional<uint32_t> Bucket(model::Index bucketing, const Facts& facts) const;
  std::optional<std::string> Unit(model::Index attribute, const Facts& facts) const;
  void Serve(const model::Flag& flag, model::Index variant, Answer& answer) const;
  void ServeOff(const model::Flag& flag, Answer& answer) const;
  Answer DecideFlag(const model::Flag& flag, const Facts& facts, const Asked& asked) const;
  bool Override(const model::Flag& flag, const Facts& facts, Answer& answer) const;
  bool IsMet(const model::Prerequisite& prerequisite, const Facts& facts, const Asked& asked) const;
  bool Rule(const model::Flag& flag, const model::Rule& rule, const Facts& facts, const Asked& asked,
            Answer& answer) const;
  uint32_t Ppm(const model::Coverage& coverage, int64_t now_ms) const;
  bool IsRunning(const model::Experiment& experiment, int64_t now_ms) const;
  bool IsAllocated(const model::Experiment& experiment, const Facts& facts) const;
  std::optional<model::Index> Assigned(const model::Experiment& experiment, const Facts& facts,
                                       const Asked& asked) const;
  bool PassesHoldouts(const model::Rule& rule, const Facts& facts, int64_t now_ms, Answer& answer) const;
  bool Default(const model::Flag& flag, const Facts& facts, Answer& answer) const;

  const model::Snapshot& model_;
  bool is_refused_ = false;
  std::set<std::string> broken_;
  mutable bool took_edge_ = false;
};

}  // namespace expt::oracle

#endif  // EXPT_TESTS_ORACLE_ORACLE_H_
