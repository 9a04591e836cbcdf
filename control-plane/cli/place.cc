#include "control-plane/cli/commands.h"
#include "control-plane/cli/input.h"
#include "control-plane/cli/status.h"

namespace expt::cli {

void AddPlaceOptions(CLI::App& command, Place& place) {
  command.add_option("--url", place.url, "where exptd answers, such as https://flags.example.com")
      ->envname("EXPT_URL")
      ->required();
  command.add_option("--token", place.token, "API token (`expt setup` prints the first one)")
      ->envname("EXPT_TOKEN")
      ->required();
  command.add_option("--project", place.project, "project key")->envname("EXPT_PROJECT")->required();
  command.add_option("--environment", place.environment, "environment key")->envname("EXPT_ENVIRONMENT")->required();
}

int Fail(const absl::Status& status) {
  PrintError(Text(status));
  return kFailed;
}

}  // namespace expt::cli
