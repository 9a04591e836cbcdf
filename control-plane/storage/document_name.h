// Where a document is.
#ifndef EXPT_CONTROL_PLANE_STORAGE_DOCUMENT_NAME_H_
#define EXPT_CONTROL_PLANE_STORAGE_DOCUMENT_NAME_H_

#include <string>

namespace expt::storage {

// `environment` is empty for what belongs to the whole project, and both are for what belongs to none.
struct DocumentName {
  std::string project = {};
  std::string environment = {};
  std::string kind = {};
  std::string key = {};
  friend bool operator==(const DocumentName&, const DocumentName&) = default;
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_DOCUMENT_NAME_H_
