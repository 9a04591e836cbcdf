// expt sdk-key.
#include <cstdio>
#include <memory>
#include <string>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/commands.h"
#include "control-plane/cli/first_steps.h"

namespace expt::cli {
namespace {

struct SdkKeyOptions {
  Place place;
  std::string kind = "server", name = "cli";
};

int MakeSdkKey(const SdkKeyOptions& options) {
  ApiClient api(options.place.url, options.place.token);
  absl::StatusOr<std::string> key =
      CreateSdkKey(api, options.place.project, options.place.environment, options.kind, options.name);
  if (!key.ok()) return Fail(key.status());
  std::printf("%s\n", key->c_str());
  return kDone;
}

}  // namespace

void AddSdkKey(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("sdk-key", "Make a key with which a program opens its client");
  auto options = std::make_shared<SdkKeyOptions>();
  AddPlaceOptions(*command, options->place);
  command->add_option("--kind", options->kind, "server or client; a client key sees client-visible flags only")
      ->check(CLI::IsMember({"server", "client"}))
      ->capture_default_str();
  command->add_option("--name", options->name, "what the key is for")->capture_default_str();
  command->footer(R"(Prints the key, once. The environment must have been published or at least be named by the Root.

Examples:
  export EXPT_KEY=$(expt sdk-key --project shop --environment production --name checkout-service))");
  command->callback([options, &action] { action = [options] { return MakeSdkKey(*options); }; });
}

}  // namespace expt::cli
