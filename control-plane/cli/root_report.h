// What Root files say, and whether a client would follow them.
#ifndef EXPT_CONTROL_PLANE_CLI_ROOT_REPORT_H_
#define EXPT_CONTROL_PLANE_CLI_ROOT_REPORT_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "expt/snapshot.h"
#include "src/wire/root.h"

namespace expt::cli {

struct RootFile {
  std::string path;
  std::string bytes;
  wire::RootModel root;
};
// Reads and decodes; signatures need not be complete.
absl::StatusOr<RootFile> ReadRootFile(const std::string& path);

struct RootReport {
  nlohmann::ordered_json json;        // {"roots": [...]}
  std::vector<std::string> problems;  // why a client would not follow, each naming its file
};
// `files` in the order of their versions.
RootReport ReportOf(const std::vector<RootFile>& files, Time now);

// As text, on standard output.
void PrintRoots(const RootReport& report);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_ROOT_REPORT_H_
