// Shell completion, read off the command line itself, so that it never falls behind.
#ifndef EXPT_CONTROL_PLANE_CLI_COMPLETION_H_
#define EXPT_CONTROL_PLANE_CLI_COMPLETION_H_

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace expt::cli {

// A script for "bash", "zsh" or "fish" that completes subcommands, options and file names of `app`; empty for any
// other shell.
std::string CompletionScript(const CLI::App& app, std::string_view shell);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_COMPLETION_H_
