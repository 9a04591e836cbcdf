// What is wrong with a file of definitions, said without a server and by its very rules.
#ifndef EXPT_CONTROL_PLANE_CLI_DEFINITIONS_CHECK_H_
#define EXPT_CONTROL_PLANE_CLI_DEFINITIONS_CHECK_H_

#include <optional>
#include <string>
#include <vector>

#include "control-plane/cli/definitions.h"
#include "src/model/snapshot.h"

namespace expt::cli {

struct DefinitionsCheck {
  // Every problem, each naming its place: `flag "checkout": configuration: /rules/0/serve: ...`. Empty: each document is
  // well-formed and, with `is_complete`, all that they refer to is in the file too and the engine takes the snapshot
  // that they make.
  std::vector<std::string> problems;
  // The snapshot that they make; nothing with problems and where they are not complete.
  std::optional<model::Snapshot> model;
};
DefinitionsCheck CheckDefinitions(const Definitions& definitions, bool is_complete);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_DEFINITIONS_CHECK_H_
