// Finds where the files of a tree name flags.
#ifndef EXPT_CONTROL_PLANE_CLI_CODE_SCAN_H_
#define EXPT_CONTROL_PLANE_CLI_CODE_SCAN_H_

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace expt::cli {

struct CodeReference {
  std::string flag;
  std::string path;  // below the root, with "/"
  size_t line = 0;   // from 1
  std::string text;  // of the line, without blanks at its ends; empty where it is no UTF-8
};

struct CodeScan {
  std::vector<CodeReference> references;  // by path and line
  size_t files = 0;                       // that were read
};

// The flags that a text names: keys in quotes of any kind, "checkout", 'checkout' or `checkout`. In the order of lines;
// one that stands twice in a line counts once.
std::vector<CodeReference> FindReferences(std::string_view text, const std::string& path,
                                          const std::set<std::string, std::less<>>& keys);

// Reads the files below `root`. Left out: names that begin with a dot, links, folders named in `excluded`, files over
// 1 MiB, and those that are no text.
// Errors: kNotFound when `root` is no folder.
absl::StatusOr<CodeScan> ScanTree(const std::string& root, const std::set<std::string, std::less<>>& keys,
                                  const std::set<std::string, std::less<>>& excluded);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_CODE_SCAN_H_
