// A segment: a reusable named condition over contexts, with lists of members. docs/definitions.md describes it.
#ifndef EXPT_CONTROL_PLANE_SERVICE_SEGMENT_H_
#define EXPT_CONTROL_PLANE_SERVICE_SEGMENT_H_

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control-plane/service/condition.h"
#include "control-plane/service/json_reader.h"

namespace expt::service {

struct MemberList {
  std::string bucket_by;
  std::vector<std::string> unit_ids;
};

// Its members: (any include list OR the condition) AND NOT any exclude list.
struct Segment {
  std::string key;
  std::string name;
  std::string description;
  std::optional<Condition> condition;
  std::vector<MemberList> include;
  std::vector<MemberList> exclude;
};

Segment ReadSegment(const nlohmann::json& document, Problems& problems);

// Writes the salts that the condition leaves out, as FillConditionSalts() does.
void FillSegment(nlohmann::json& document, const nlohmann::json& previous,
                 const std::function<std::string()>& make_salt);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_SEGMENT_H_
