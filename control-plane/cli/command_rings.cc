// expt rings.
#include <cstdio>
#include <memory>
#include <string>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/commands.h"
#include "control-plane/cli/rings_line.h"

namespace expt::cli {
namespace {

struct RingsOptions {
  Place place;
  std::string reason, output = "text";
};

int Print(const absl::StatusOr<ApiReply>& reply, const RingsOptions& options) {
  if (!reply.ok()) return Fail(reply.status());
  const std::string text = options.output == "json" ? reply->body.dump() : RingsLine(reply->body);
  std::printf("%s\n", text.c_str());
  return kDone;
}

std::string PathOf(const RingsOptions& options) {
  return EnvironmentPath(options.place.project, options.place.environment) + "/rings";
}

CLI::App* AddOne(CLI::App& rings, const char* name, const char* text, RingsOptions& options) {
  CLI::App* command = rings.add_subcommand(name, text);
  AddPlaceOptions(*command, options.place);
  command->add_option("--output", options.output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  return command;
}

// "halt" and "complete", which the API calls so, too.
void AddEnd(CLI::App& rings, const char* name, const char* text, const std::shared_ptr<RingsOptions>& options,
            Action& action) {
  CLI::App* command = AddOne(rings, name, text, *options);
  command->add_option("--reason", options->reason, "why, for the audit log");
  command->callback([options, name, &action] {
    action = [options, name] {
      ApiClient api(options->place.url, options->place.token);
      nlohmann::json body = nlohmann::json::object();
      if (!options->reason.empty()) body["reason"] = options->reason;
      return Print(api.Post(PathOf(*options) + "/" + name, body), *options);
    };
  });
}

}  // namespace

void AddRings(CLI::App& app, Action& action) {
  CLI::App* rings = app.add_subcommand("rings", "Follow, halt or complete a publish that goes out in rings");
  rings->require_subcommand(1);
  auto options = std::make_shared<RingsOptions>();
  AddOne(*rings, "status", "Say how far the last publish in rings has come", *options)->callback([options, &action] {
    action = [options] {
      ApiClient api(options->place.url, options->place.token);
      return Print(api.Get(PathOf(*options)), *options);
    };
  });
  AddEnd(*rings, "halt", "Withdraw the candidate: the stable content goes to everyone", options, action);
  AddEnd(*rings, "complete", "Give the candidate to everyone at once", options, action);
  rings->footer(R"(Examples:
  expt rings status --project shop --environment production
  expt rings halt --project shop --environment production --reason "checkout is slow")");
}

}  // namespace expt::cli
