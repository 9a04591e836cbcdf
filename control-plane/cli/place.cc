#include "control-plane/cli/commands.h"
#include "control-plane/cli/input.h"
#include "control-plane/cli/status.h"

namespace expt::cli {

namespace {

void AddUrlAndToken(CLI::App& command, std::string& url, std::string& token) {
  command.add_option("--url", url, "where exptd answers, such as https://flags.example.com")
      ->envname("EXPT_URL")
      ->required();
  command.add_option("--token", token, "API token (`expt setup` prints the first one)")
      ->envname("EXPT_TOKEN")
      ->required();
}

}  // namespace

void AddServerOptions(CLI::App& command, Server& server) { AddUrlAndToken(command, server.url, server.token); }

// Not from EXPT_PROJECT and EXPT_ENVIRONMENT: a role must not shrink or move with what a shell happens to hold.
CLI::Option* AddBindingOptions(CLI::App& command, Binding& binding) {
  CLI::Option* role = command.add_option(
      "--role", binding.role, "viewer, analyst, editor, publisher, admin, or the key of a role of your own");
  CLI::Option* project =
      command.add_option("--project", binding.project, "hold the role in this project only")->needs(role);
  command.add_option("--environment", binding.environment, "hold the role in this environment of the project only")
      ->needs(project);
  return role;
}

nlohmann::json BindingJson(const Binding& binding) {
  nlohmann::json json = {{"role", binding.role}};
  if (!binding.project.empty()) json["project"] = binding.project;
  if (!binding.environment.empty()) json["environment"] = binding.environment;
  return json;
}

void AddPlaceOptions(CLI::App& command, Place& place) {
  AddUrlAndToken(command, place.url, place.token);
  command.add_option("--project", place.project, "project key")->envname("EXPT_PROJECT")->required();
  command.add_option("--environment", place.environment, "environment key")->envname("EXPT_ENVIRONMENT")->required();
}

int Fail(const absl::Status& status) {
  PrintError(Text(status));
  return kFailed;
}

}  // namespace expt::cli
