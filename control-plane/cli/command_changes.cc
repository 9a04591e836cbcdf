// expt changes.
#include <cstdio>
#include <memory>
#include <string>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/changes_text.h"
#include "control-plane/cli/commands.h"
#include "control-plane/cli/paged_list.h"

namespace expt::cli {
namespace {

using nlohmann::json;

struct ChangesOptions {
  Place place;
  std::string id, text, time, output = "text";

  std::string path() const { return EnvironmentPath(place.project, place.environment) + "/change-requests"; }
  std::string one() const { return path() + "/" + PathSegment(id); }
  bool is_json() const { return output == "json"; }
};

void PrintText(const std::string& text) { std::fputs(text.c_str(), stdout); }

int PrintChange(const absl::StatusOr<ApiReply>& reply, const ChangesOptions& options) {
  if (!reply.ok()) return Fail(reply.status());
  PrintText((options.is_json() ? reply->body.dump() : ChangeLine(reply->body)) + "\n");
  return kDone;
}

int ListChanges(const ChangesOptions& options) {
  ApiClient api(options.place.url, options.place.token);
  const auto requests = ListAll(api, options.path());
  if (!requests.ok()) return Fail(requests.status());
  PrintText(options.is_json() ? json(*requests).dump() + "\n" : ChangesTable(*requests));
  return kDone;
}

int ShowChange(const ChangesOptions& options) {
  ApiClient api(options.place.url, options.place.token);
  const auto request = api.Get(options.one());
  if (!request.ok()) return Fail(request.status());
  const auto diff = api.Get(options.one() + "/diff");
  if (!diff.ok()) return Fail(diff.status());
  const std::string text = ChangeLine(request->body) + "\n" + DiffText(diff->body);
  PrintText(options.is_json() ? json{{"change_request", request->body}, {"diff", diff->body}}.dump() + "\n" : text);
  return kDone;
}

// A step of one change request. `body` null: it takes none.
int TakeStep(const ChangesOptions& options, const char* step, const json& body) {
  ApiClient api(options.place.url, options.place.token);
  return PrintChange(api.Post(options.one() + "/" + step, body), options);
}

using SharedOptions = std::shared_ptr<ChangesOptions>;

CLI::App* AddChangesCommand(CLI::App& changes, const char* name, const char* text, const SharedOptions& options,
                            bool has_id) {
  CLI::App* command = changes.add_subcommand(name, text);
  if (has_id) command->add_option("id", options->id, "of the change request, such as chg_5f2c")->required();
  AddPlaceOptions(*command, options->place);
  command->add_option("--output", options->output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  return command;
}

void AddStep(CLI::App& changes, const char* name, const char* text, const SharedOptions& options, Action& action) {
  AddChangesCommand(changes, name, text, options, true)->callback([options, name, &action] {
    action = [options, name] { return TakeStep(*options, name, nullptr); };
  });
}

void AddVerdict(CLI::App& changes, const char* name, const char* text, const char* verdict,
                const SharedOptions& options, Action& action) {
  CLI::App* command = AddChangesCommand(changes, name, text, options, true);
  CLI::Option* words = command->add_option("--text", options->text, "for the author");
  if (std::string(verdict) == "request_changes") words->required();
  command->callback([options, verdict, &action] {
    action = [options, verdict] {
      json body = {{"verdict", verdict}};
      if (!options->text.empty()) body["text"] = options->text;
      return TakeStep(*options, "reviews", body);
    };
  });
}

}  // namespace

void AddChanges(CLI::App& app, Action& action) {
  CLI::App* changes = app.add_subcommand("changes", "Look at change requests, review and apply them");
  changes->require_subcommand(1);
  auto options = std::make_shared<ChangesOptions>();
  AddChangesCommand(*changes, "list", "List change requests, newest first", options, false)
      ->callback([options, &action] { action = [options] { return ListChanges(*options); }; });
  AddChangesCommand(*changes, "show", "Say where one stands and what it changes", options, true)
      ->callback([options, &action] { action = [options] { return ShowChange(*options); }; });
  AddStep(*changes, "submit", "Check the edits and put them up for review", options, action);
  AddVerdict(*changes, "approve", "Approve the edits", "approve", options, action);
  AddVerdict(*changes, "refuse", "Ask for other edits", "request_changes", options, action);
  AddStep(*changes, "apply", "Make all edits in one step and publish them", options, action);
  AddStep(*changes, "close", "Give it up", options, action);
  CLI::App* schedule =
      AddChangesCommand(*changes, "schedule", "Have it applied and published at a time", options, true);
  schedule->add_option("--at", options->time, "such as 2030-01-07T09:30:00Z; left out: at no time any more");
  schedule->callback([options, &action] {
    action = [options] {
      return TakeStep(*options, "schedule",
                      {{"publish_at", options->time.empty() ? json(nullptr) : json(options->time)}});
    };
  });
  changes->footer(R"(Examples:
  expt changes list --project shop --environment production
  expt changes show chg_5f2c --project shop --environment production
  expt changes approve chg_5f2c --project shop --environment production
  expt changes schedule chg_5f2c --at 2030-01-07T09:30:00Z --project shop --environment production)");
}

}  // namespace expt::cli
