// expt setup.
#include <cstdio>
#include <memory>
#include <string>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/commands.h"
#include "control-plane/cli/status.h"

namespace expt::cli {
namespace {

struct SetupOptions {
  std::string url, token, email, password;
};

int Setup(const SetupOptions& options) {
  ApiClient api(options.url, "");
  nlohmann::json body = {{"token", options.token}};
  if (!options.email.empty()) body.update({{"email", options.email}, {"password", options.password}});
  absl::StatusOr<ApiReply> reply = api.Post("/api/v1/setup", body);
  if (!reply.ok()) return Fail(reply.status());
  const std::string token = TextAt(reply->body, "api_token");
  if (token.empty()) return Fail(Error(absl::StatusCode::kUnavailable, "setup: the answer holds no \"api_token\""));
  std::printf("%s\n", token.c_str());
  return kDone;
}

}  // namespace

void AddSetup(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("setup", "Exchange the setup token of a new exptd for an API token");
  auto options = std::make_shared<SetupOptions>();
  command->add_option("--url", options->url, "where exptd answers")->envname("EXPT_URL")->required();
  command->add_option("--token", options->token, "the setup token that exptd printed when it first ran")->required();
  CLI::Option* email = command->add_option("--email", options->email, "also make a member, an administrator");
  CLI::Option* password = command->add_option("--password", options->password, "with which that member signs in")
                              ->envname("EXPT_PASSWORD");
  email->needs(password);
  command->footer(R"(Prints the API token, once: keep it, for example as EXPT_TOKEN. The setup token works once. A password on a
command line can be seen by other users of the machine: put it into EXPT_PASSWORD.

Examples:
  export EXPT_TOKEN=$(expt setup --url http://127.0.0.1:8080 --token "$SETUP_TOKEN"))");
  command->callback([options, &action] { action = [options] { return Setup(*options); }; });
}

}  // namespace expt::cli
