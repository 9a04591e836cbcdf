// expt completion.
#include <cstdio>
#include <memory>
#include <string>

#include "control-plane/cli/commands.h"
#include "control-plane/cli/completion.h"

namespace expt::cli {

void AddCompletion(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("completion", "Print a completion script for a shell");
  auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(R"(Examples:
  source <(expt completion bash)
  source <(expt completion zsh)
  expt completion fish | source)");
  command->callback([shell, &app, &action] {
    action = [shell, &app] {
      std::fputs(CompletionScript(app, *shell).c_str(), stdout);
      return kDone;
    };
  });
}

}  // namespace expt::cli
