// A condition as definitions write it: a tree of all, any, not over leaves.
//
//   {"all": [{"attribute": "country", "operator": "in", "operands": ["CH", "DE"]},
//            {"not": {"operator": "in_segment", "operands": ["staff"]}}]}
#ifndef EXPT_CONTROL_PLANE_SERVICE_CONDITION_H_
#define EXPT_CONTROL_PLANE_SERVICE_CONDITION_H_

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "control-plane/service/json_reader.h"
#include "src/model/snapshot.h"

namespace expt::service {

using Operand = std::variant<bool, int64_t, double, std::string>;

struct Condition {
  // kAll, kAny, or the operator of a leaf; kUnspecified where the document is not valid.
  // `{"not": C}` is C with is_negated turned over.
  model::Operator op = model::Operator::kUnspecified;
  bool is_negated = false;
  std::vector<Condition> children;  // kAll, kAny
  std::string attribute;            // empty for in_segment
  std::vector<Operand> operands;    // all of one type
  std::string pointer;              // to it in its document, for what is found out later
};

// Most conditions inside each other, "all", "any" and "not" each counted.
inline constexpr int kMaxConditionDepth = 16;
inline constexpr size_t kMaxOperands = 10'000;

enum class ConditionScope {
  kContext,     // of a rule or a segment
  kProperties,  // of a metric: neither segments nor flags
};

Condition ReadCondition(const nlohmann::json& document, std::string_view pointer, ConditionScope scope,
                        Problems& problems);

// Calls `visit` for each leaf.
void ForEachLeaf(const Condition& condition, const std::function<void(const Condition&)>& visit);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_CONDITION_H_
