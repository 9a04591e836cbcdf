// A segment: a reusable named condition over contexts, with lists of members. docs/definitions.md describes it.
#ifndef EXPT_CONTROL_PLANE_SERVICE_SEGMENT_H_
#define EXPT_CONTROL_PLANE_SERVICE_SEGMENT_H_

#include <cstdint>
#include <functional>
#include <memory>
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

// A list that is kept outside of the document, because it is long. docs/decisions/uploaded-members.md
struct UploadedList {
  std::string bucket_by;
  int64_t count = 0;
  std::string digest;  // SHA-256 of the text, in hex
  // The unit ids, sorted by bytes, each once and with a line feed behind it. Null where they have not been read.
  std::shared_ptr<const std::string> text = nullptr;
};

// Its members: (any include list OR the condition) AND NOT any exclude list.
struct Segment {
  std::string key;
  std::string name;
  std::string description;
  std::optional<Condition> condition;
  std::vector<MemberList> include;
  std::vector<MemberList> exclude;
  std::optional<UploadedList> uploaded_include;
  std::optional<UploadedList> uploaded_exclude;
};

Segment ReadSegment(const nlohmann::json& document, Problems& problems);

// Writes the salts that the condition leaves out, as FillConditionSalts() does.
void FillSegment(nlohmann::json& document, const nlohmann::json& previous,
                 const std::function<std::string()>& make_salt);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_SEGMENT_H_
