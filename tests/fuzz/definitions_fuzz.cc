// A file of definitions -> documents of the service -> snapshot -> engine, as `expt validate` reads it.
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/cli/definitions.h"
#include "control-plane/cli/definitions_check.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace expt;
  const absl::StatusOr<cli::Definitions> definitions =
      cli::ParseDefinitions(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!definitions.ok()) {
    fuzz::Expect(!definitions.status().message().empty(), "a refusal says why");
    return 0;
  }
  for (const bool is_complete : {false, true}) {
    const cli::DefinitionsCheck check = cli::CheckDefinitions(*definitions, is_complete);
    for (const std::string& problem : check.problems) {
      fuzz::Expect(!problem.empty(), "a problem says what it is");
    }
    fuzz::Expect(check.problems.empty() || !check.model.has_value(), "what has problems makes no snapshot");
  }
  return 0;
}
