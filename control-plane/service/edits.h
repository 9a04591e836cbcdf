// The edits of a change request: which documents are to become what.
#ifndef EXPT_CONTROL_PLANE_SERVICE_EDITS_H_
#define EXPT_CONTROL_PLANE_SERVICE_EDITS_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/json_reader.h"
#include "control-plane/service/permission.h"
#include "control-plane/service/service.h"
#include "control-plane/storage/document_name.h"

namespace expt::service {

inline constexpr size_t kMaxEdits = 2000;

struct Edit {
  std::string kind;         // as in the store: "flag", "flag_configuration", ...
  std::optional<Kind> of;   // nothing: the configuration of a flag
  std::string key;
  std::optional<int64_t> base_revision;  // of the document that the edit was made from; 0: there was none
  nlohmann::json body;      // null: the document is to be archived

  bool is_of_environment() const { return !of.has_value() || BelongsToEnvironment(*of); }
  // It can change what a running program decides: a review is for those.
  bool decides() const { return of != Kind::kMetric && of != Kind::kAttribute; }
};

// Reads "edits" of a document; nothing about whether what they contain is valid.
std::vector<Edit> ReadEdits(ObjectReader& object, Problems& problems);
// The same as JSON; base_revision must be there.
nlohmann::json EditsJson(const std::vector<Edit>& edits);

storage::DocumentName NameOf(const Edit& edit, std::string_view project, std::string_view environment);

// What is needed to make the edit.
Permission PermissionFor(const Edit& edit);

// Where two JSON values differ: [{"pointer", "before", "after"}]. Objects are compared by name and arrays by index;
// what is missing on one side is null there.
nlohmann::json DifferencesOf(const nlohmann::json& before, const nlohmann::json& after);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_EDITS_H_
