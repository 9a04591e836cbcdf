// The subcommands of `expt`. Each function adds one to the command line and says what to do when it is chosen.
//
// What an action returns is the exit code: 0 done, 1 it failed (said on standard error). 2 is for a command line
// that is not understood; main() returns it.
#ifndef EXPT_CONTROL_PLANE_CLI_COMMANDS_H_
#define EXPT_CONTROL_PLANE_CLI_COMMANDS_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"

namespace expt::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

using Action = std::function<int()>;

void AddValidate(CLI::App& app, Action& action);
void AddEval(CLI::App& app, Action& action);
void AddExplain(CLI::App& app, Action& action);
void AddPublish(CLI::App& app, Action& action);
void AddFetch(CLI::App& app, Action& action);
void AddEvents(CLI::App& app, Action& action);
void AddResults(CLI::App& app, Action& action);
void AddRings(CLI::App& app, Action& action);
void AddChanges(CLI::App& app, Action& action);
void AddKeygen(CLI::App& app, Action& action);
void AddRoot(CLI::App& app, Action& action);
void AddSign(CLI::App& app, Action& action);
void AddSdkKey(CLI::App& app, Action& action);
void AddAudit(CLI::App& app, Action& action);
void AddSetup(CLI::App& app, Action& action);
void AddMember(CLI::App& app, Action& action);
void AddToken(CLI::App& app, Action& action);
void AddFindReferences(CLI::App& app, Action& action);
void AddCompletion(CLI::App& app, Action& action);

// Where the API answers; from options, EXPT_URL and EXPT_TOKEN.
struct Server {
  std::string url, token;
};
void AddServerOptions(CLI::App& command, Server& server);

// A role and where it is held: everywhere, in a project, in an environment.
struct Binding {
  std::string role, project, environment;
};
// Answers with the option --role.
CLI::Option* AddBindingOptions(CLI::App& command, Binding& binding);
// As the API takes it, without whose it is.
nlohmann::json BindingJson(const Binding& binding);

// Where the API answers and what of it is meant; filled from options and from EXPT_URL, EXPT_TOKEN, EXPT_PROJECT and
// EXPT_ENVIRONMENT.
struct Place {
  std::string url, token, project, environment;
};
void AddPlaceOptions(CLI::App& command, Place& place);

// Prints `status` and answers kFailed.
int Fail(const absl::Status& status);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_COMMANDS_H_
