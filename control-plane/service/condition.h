// A condition as definitions write it: a tree of all, any, not over leaves.
//
//   {"all": [{"attribute": "country", "operator": "in", "operands": ["CH", "DE"]},
//            {"not": {"operator": "in_segment", "operands": ["staff"]}}]}
#ifndef EXPT_CONTROL_PLANE_SERVICE_CONDITION_H_
#define EXPT_CONTROL_PLANE_SERVICE_CONDITION_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>
#include <vector>

#include "control-plane/service/json_reader.h"
#include "src/model/snapshot.h"

namespace expt::service {

using Operand = std::variant<bool, int64_t, double, std::string>;

struct Condition {
  // kAll, kAny, or the operator of a leaf. `{"not": C}` is C with is_negated turned over.
  model::Operator op = model::Operator::kAll;
  bool is_negated = false;
  bool is_case_insensitive = false;
  std::vector<Condition> children;  // kAll, kAny
  std::string attribute;            // empty for in_segment and flag_is
  std::string longitude_attribute;  // within_km: `attribute` holds the latitude
  std::string flag;                 // flag_is
  std::string salt;                 // equals_hashed, in_hashed
  std::string time_zone;            // in_window
  // Of one kind; times are epoch ms, hashes are 64 hexadecimal digits, windows are pairs of minutes of the week.
  std::vector<Operand> operands;
};

// Most conditions inside each other, "all", "any" and "not" each counted.
inline constexpr int kMaxConditionDepth = 16;

enum class ConditionScope {
  kContext,     // of a rule or a segment
  kProperties,  // of a metric: neither segments nor flags
};

Condition ReadCondition(const nlohmann::json& document, std::string_view pointer, ConditionScope scope,
                        Problems& problems);
nlohmann::json ToJson(const Condition& condition);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_CONDITION_H_
