// A place of documents.
#ifndef EXPT_CONTROL_PLANE_SERVICE_WHERE_H_
#define EXPT_CONTROL_PLANE_SERVICE_WHERE_H_

#include <string>

namespace expt::service {

// Where a document is. `environment` only for kinds that belong to one; `key` not for Create and List.
struct Where {
  std::string project = {};      // key
  std::string environment = {};  // key
  std::string key = {};
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_WHERE_H_
