// What a scan of a repository tells about flags. docs/api.md describes the request.
#ifndef EXPT_CONTROL_PLANE_SERVICE_CODE_REFERENCES_H_
#define EXPT_CONTROL_PLANE_SERVICE_CODE_REFERENCES_H_

#include <nlohmann/json_fwd.hpp>

#include "control-plane/service/json_reader.h"
#include "control-plane/storage/code_reference.h"

namespace expt::service {

inline constexpr size_t kMaxCodeReferences = 20'000;  // of one scan

// Project and time are still open.
storage::CodeScan ReadCodeScan(const nlohmann::json& body, Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_CODE_REFERENCES_H_
