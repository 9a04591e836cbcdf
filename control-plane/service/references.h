// Which documents a document names: what it names cannot be archived.
#ifndef EXPT_CONTROL_PLANE_SERVICE_REFERENCES_H_
#define EXPT_CONTROL_PLANE_SERVICE_REFERENCES_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/library.h"

namespace expt::service {

struct Reference {
  std::string_view kind;
  std::string key;
  friend bool operator==(const Reference&, const Reference&) = default;
};

// What `document` names. An experiment that has ended names nothing: its results need no living document.
std::vector<Reference> ReferencesOf(const storage::Document& document);

// Variants of a flag that documents, of any environment, serve, compare or ask for.
std::set<std::string> VariantsInUse(const std::vector<storage::Document>& documents, std::string_view flag);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_REFERENCES_H_
