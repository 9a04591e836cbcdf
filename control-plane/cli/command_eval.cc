// expt eval, expt explain.
#include <cstdio>
#include <memory>
#include <string>

#include "control-plane/cli/commands.h"
#include "control-plane/cli/context_json.h"
#include "control-plane/cli/input.h"
#include "control-plane/cli/snapshot_file.h"
#include "control-plane/cli/status.h"
#include "control-plane/cli/time_text.h"
#include "expt/evaluate.h"

namespace expt::cli {
namespace {

struct Question {
  std::string snapshot_path, root_path, environment, flag, context = "{}", now;
  bool is_all = false;
  std::string output = "text";
};

struct Prepared {
  Snapshot snapshot;
  Context context;
  EvaluateInput input;
};

void AddQuestionOptions(CLI::App& command, Question& question) {
  command.add_option("--snapshot", question.snapshot_path, "signed snapshot file")->required();
  command.add_option("--root", question.root_path, "Root file that says who may sign")->required();
  command.add_option("--context", question.context, "JSON object, `@file`, or `-` for standard input")
      ->capture_default_str();
  command.add_option("--now", question.now, "decide as of this time (RFC 3339); default: now");
  command.add_option("--environment", question.environment, "refuse a snapshot of another environment id");
}

absl::StatusOr<Prepared> Prepare(const Question& question) {
  absl::StatusOr<std::string> bytes = ReadFile(question.snapshot_path);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<Snapshot> snapshot =
      OpenSnapshot(*bytes, question.snapshot_path, question.root_path, question.environment);
  if (!snapshot.ok()) return snapshot.status();
  absl::StatusOr<std::string> context_json = ReadArgument(question.context);
  if (!context_json.ok()) return context_json.status();
  absl::StatusOr<Context> context = ParseContext(*context_json);
  if (!context.ok()) return context.status();
  Prepared prepared{*snapshot, *context, {Now()}};
  if (!question.now.empty()) {
    absl::StatusOr<Time> now = ParseTime(question.now);
    if (!now.ok()) return At("--now", now.status());
    prepared.input.now = *now;
  }
  return prepared;
}

int Eval(const Question& question) {
  absl::StatusOr<Prepared> prepared = Prepare(question);
  if (!prepared.ok()) return Fail(prepared.status());
  int exit_code = kDone;
  const auto decide = [&](std::string_view flag) {
    const Decision decision = Evaluate(prepared->snapshot, flag, prepared->context, prepared->input);
    std::printf("%s\n", ToJson(decision).c_str());
    if (decision.error != ErrorCode::kNone) {
      PrintError("flag \"" + std::string(flag) + "\": " + std::string(ErrorCodeName(decision.error)));
      exit_code = kFailed;
    }
  };
  if (question.is_all) {
    for (size_t i = 0; i < prepared->snapshot.flag_count(); ++i) decide(prepared->snapshot.flag(i).key);
  } else {
    decide(question.flag);
  }
  return exit_code;
}

int ExplainFlag(const Question& question) {
  absl::StatusOr<Prepared> prepared = Prepare(question);
  if (!prepared.ok()) return Fail(prepared.status());
  const Explanation explanation = Explain(prepared->snapshot, question.flag, prepared->context, prepared->input);
  std::string text = question.output == "json" ? explanation.json : explanation.text;
  if (text.empty() || text.back() != '\n') text += '\n';
  std::fputs(text.c_str(), stdout);
  const Decision decision = Evaluate(prepared->snapshot, question.flag, prepared->context, prepared->input);
  if (decision.error == ErrorCode::kNone) return kDone;
  PrintError("flag \"" + question.flag + "\": " + std::string(ErrorCodeName(decision.error)));
  return kFailed;
}

}  // namespace

void AddEval(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("eval", "Decide a flag from a signed snapshot, without a network");
  auto question = std::make_shared<Question>();
  AddQuestionOptions(*command, *question);
  CLI::Option* flag = command->add_option("--flag", question->flag, "flag key");
  CLI::Option* all = command->add_flag("--all", question->is_all, "decide every flag, one line each");
  flag->excludes(all);
  command->footer(R"(Prints the decision as one line of JSON. Exit 1 when it carries an error code.

Examples:
  expt eval --snapshot web.exs --root root.exs --flag new-checkout --context '{"targetingKey": "user-42"}'
  expt eval --snapshot web.exs --root root.exs --all --context @user.json --now 2030-01-07T09:30:00Z)");
  command->callback([question, flag, all, &action] {
    if (flag->count() == 0 && all->count() == 0) throw CLI::RequiredError("--flag or --all");
    action = [question] { return Eval(*question); };
  });
}

void AddExplain(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("explain", "Say why a flag decides as it does: rules, operands, buckets");
  auto question = std::make_shared<Question>();
  AddQuestionOptions(*command, *question);
  command->add_option("--flag", question->flag, "flag key")->required();
  command->add_option("--output", question->output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->footer(R"(The explanation shows attribute values: treat it like the context.

Examples:
  expt explain --snapshot web.exs --root root.exs --flag new-checkout --context '{"targetingKey": "user-42"}'
  expt explain --snapshot web.exs --root root.exs --flag new-checkout --context - --output json < user.json)");
  command->callback([question, &action] { action = [question] { return ExplainFlag(*question); }; });
}

}  // namespace expt::cli
