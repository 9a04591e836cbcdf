// expt: the command line.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>

#include "control-plane/cli/commands.h"
#include "control-plane/cli/input.h"
#include "expt/version.h"

namespace {

int Run(int argc, char** argv) {
  CLI::App app("Feature flags and experiments: validate, decide, publish, report, read results", "expt");
  app.set_version_flag("--version", "expt " EXPT_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(32);
  app.footer(R"(Options may come from the environment: EXPT_URL, EXPT_TOKEN, EXPT_KEY, EXPT_PROJECT, EXPT_ENVIRONMENT.
Exit codes: 0 done, 1 it failed (the reason is on standard error), 2 the command line is wrong.

Examples:
  expt validate definitions.json
  expt publish --project shop --environment production --file definitions.json
  expt eval --snapshot web.exs --root root.exs --flag new-checkout --context '{"targetingKey": "user-42"}'
  expt results checkout-test --project shop --environment production)");
  expt::cli::Action action;
  for (const auto add : {expt::cli::AddSetup, expt::cli::AddKeygen, expt::cli::AddRoot, expt::cli::AddSign,
                         expt::cli::AddValidate, expt::cli::AddPublish, expt::cli::AddRings, expt::cli::AddChanges,
                         expt::cli::AddSdkKey, expt::cli::AddFetch, expt::cli::AddEval, expt::cli::AddExplain,
                         expt::cli::AddEvents, expt::cli::AddResults, expt::cli::AddMember, expt::cli::AddToken,
                         expt::cli::AddAudit, expt::cli::AddFindReferences, expt::cli::AddCompletion}) {
    add(app, action);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wish) {  // --help, --version
    return app.exit(wish);
  } catch (const CLI::ParseError& error) {
    expt::cli::PrintError(error.what());
    std::fputs("Try `expt --help`, or --help behind a command.\n", stderr);
    return expt::cli::kUsage;
  }
  const int exit_code = action();
  if (std::fflush(stdout) != 0) {
    expt::cli::PrintError("cannot write standard output");
    return expt::cli::kFailed;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {  // of a library; our own code does not throw
    expt::cli::PrintError(error.what());
    return expt::cli::kFailed;
  }
}
