// Where code names flags, as a scan of a repository has found it.
#ifndef EXPT_CONTROL_PLANE_STORAGE_CODE_REFERENCE_H_
#define EXPT_CONTROL_PLANE_STORAGE_CODE_REFERENCE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace expt::storage {

struct CodeReference {
  std::string flag;
  std::string path;
  int64_t line = 0;
  std::string text;
};

// One scan: of a branch of a repository. The newest one counts.
struct CodeScan {
  std::string project;
  std::string repository;
  std::string branch;
  std::string commit;
  int64_t scanned_ms = 0;
  std::vector<CodeReference> references = {};  // none: the branch is gone
};

// A scan without its references.
struct CodeScanRow {
  std::string repository;
  std::string branch;
  std::string commit;
  int64_t scanned_ms = 0;
  int64_t references = 0;
  int64_t flags = 0;
};

struct CodeReferenceRow {
  std::string repository;
  std::string branch;
  std::string commit;
  CodeReference reference;
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_CODE_REFERENCE_H_
