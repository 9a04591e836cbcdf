// The evaluator again, in the slowest obvious way: it interprets the model with three-valued logic, maps and strings,
// sentence by sentence of docs/evaluation.md, and shares no code with src/eval.
#ifndef EXPT_TESTS_ORACLE_ORACLE_H_
#define EXPT_TESTS_ORACLE_ORACLE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "expt/context.h"
#include "expt/decision.h"
#include "src/model/snapshot.h"

namespace expt::oracle {

enum class Kleene { kFalse, kUnknown, kTrue };
Kleene Not(Kleene a);
Kleene And(Kleene a, Kleene b);
Kleene Or(Kleene a, Kleene b);

struct OracleExposure {
  std::string experiment;
  std::string id;
  std::string variant;
  std::string bucket_by;
  uint32_t phase = 0;
  friend bool operator==(const OracleExposure&, const OracleExposure&) = default;
};

struct Answer {
  std::string value = "null";  // as JSON
  std::string variant;
  std::string reason;
  std::string error;
  std::string rule;
  int32_t bucket = -1;
  std::vector<OracleExposure> exposures;
  friend bool operator==(const Answer&, const Answer&) = default;
};
std::ostream& operator<<(std::ostream& out, const Answer& answer);

// The same facts of a decision of the engine.
Answer AnswerOf(const Decision& decision);

struct OracleOverlay {
  std::set<std::string> emergency_off;
  std::string stale;  // "", "defaults" or "fail_closed"
};

// A model to ask. `model` must live longer.
class Oracle {
 public:
  explicit Oracle(const model::Snapshot& model);

  bool is_refused() const { return is_refused_; }  // the whole snapshot
  bool IsBroken(const std::string& flag) const { return broken_.contains(flag); }

  Answer Decide(const std::string& flag, const std::vector<Attribute>& context, int64_t now_ms,
                ValueType expected = ValueType::kMissing, const OracleOverlay& overlay = {}) const;

  using Facts = std::map<std::string, Value>;
  Kleene Condition(model::Index row, const Facts& facts) const;

 private:
  std::string Text(model::Index string) const { return std::string(model_.strings[string]); }
  std::string AttributeName(model::Index attribute) const { return Text(model_.attributes[attribute].name); }
  Kleene Leaf(const model::Condition& condition, const Facts& facts) const;
  Kleene Segment(const model::Segment& segment, const Facts& facts) const;
  Kleene Member(const model::MemberList& list, const Facts& facts) const;
  std::optional<uint32_t> Bucket(model::Index bucketing, const Facts& facts) const;
  std::optional<std::string> Unit(model::Index attribute, const Facts& facts) const;
  void Serve(const model::Flag& flag, model::Index variant, Answer& answer) const;
  bool Rule(const model::Flag& flag, const model::Rule& rule, const Facts& facts, int64_t now_ms, Answer& answer) const;

  const model::Snapshot& model_;
  bool is_refused_ = false;
  std::set<std::string> broken_;
};

}  // namespace expt::oracle

#endif  // EXPT_TESTS_ORACLE_ORACLE_H_
