// A condition as definitions write it: a tree of all, any, not over leaves.
//
//   {"all": [{"attribute": "country", "operator": "in", "operands": ["CH", "DE"]},
//            {"not": {"operator": "in_segment", "operands": ["staff"]}}]}
#ifndef EXPT_CONTROL_PLANE_SERVICE_CONDITION_H_
#define EXPT_CONTROL_PLANE_SERVICE_CONDITION_H_

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/json_reader.h"
#include "control-plane/service/operand.h"
#include "src/model/snapshot.h"

namespace expt::service {

struct Condition {
  // kAll, kAny, or the operator of a leaf; kUnspecified where the document is not valid.
  // `{"not": C}` is C with is_negated turned over.
  model::Operator op = model::Operator::kUnspecified;
  bool is_negated = false;
  bool is_case_insensitive = false;
  std::vector<Condition> children;  // kAll, kAny
  std::string attribute;            // empty for in_segment and flag_is
  std::vector<Operand> operands;    // as ReadOperands() answers
  std::string salt;                 // equals_hashed, in_hashed; empty: still to be made
  std::string time_zone;            // in_window
  std::string longitude;            // within_km: attribute
  std::string flag;                 // flag_is
  std::string pointer;              // to it in its document, for what is found out later
};

// Most conditions inside each other, "all", "any" and "not" each counted.
inline constexpr int kMaxConditionDepth = 16;

enum class ConditionScope {
  kContext,     // of a rule or a segment
  kProperties,  // of a metric: only operators that compare one value
};

Condition ReadCondition(const nlohmann::json& document, std::string_view pointer, ConditionScope scope,
                        Problems& problems);

// Calls `visit` for each leaf.
void ForEachLeaf(const Condition& condition, const std::function<void(const Condition&)>& visit);

// Writes the salts that leaves of `document` leave out. Leaves of one attribute share one: what another leaf has, or one
// of `previous` (null: none), else what `make_salt` yields. Both documents must be valid.
void FillConditionSalts(nlohmann::json& document, const nlohmann::json* previous,
                        const std::function<std::string()>& make_salt);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_CONDITION_H_
