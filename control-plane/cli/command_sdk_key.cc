// expt sdk-key, and its list, rotate, revoke.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/commands.h"
#include "control-plane/cli/first_steps.h"
#include "control-plane/cli/paged_list.h"
#include "control-plane/cli/status.h"
#include "control-plane/cli/text_table.h"

namespace expt::cli {
namespace {

using nlohmann::json;

constexpr int64_t kMaxOverlapSeconds = 90 * 86'400;

struct SdkKeyOptions {
  Place place;
  std::string kind = "server", name = "cli", expires, id;
  std::vector<std::string> scopes;
  int64_t overlap_seconds = 86'400;
};

std::string KeysPath(const SdkKeyOptions& options) {
  return EnvironmentPath(options.place.project, options.place.environment) + "/keys";
}

int PrintKey(const absl::StatusOr<ApiReply>& made) {
  if (!made.ok()) return Fail(made.status());
  std::printf("%s\n", TextAt(made->body, "key").c_str());
  return kDone;
}

int MakeSdkKey(const SdkKeyOptions& options) {
  ApiClient api(options.place.url, options.place.token);
  json body = {{"kind", options.kind}, {"name", options.name}};
  if (!options.scopes.empty()) body["scopes"] = options.scopes;
  if (!options.expires.empty()) body["expires"] = options.expires;
  return PrintKey(api.Post(KeysPath(options), body));
}

int RotateSdkKey(const SdkKeyOptions& options) {
  ApiClient api(options.place.url, options.place.token);
  json body = {{"overlap_seconds", options.overlap_seconds}};
  if (!options.expires.empty()) body["expires"] = options.expires;
  return PrintKey(api.Post(KeysPath(options) + "/" + PathSegment(options.id) + "/rotation", body));
}

std::string ScopesText(const json& key) {
  std::string text;
  for (const json& scope : key.value("scopes", json::array())) {
    text.append(text.empty() ? "" : ",").append(scope.get<std::string>());
  }
  return text;
}

int ListSdkKeys(const SdkKeyOptions& options) {
  ApiClient api(options.place.url, options.place.token);
  absl::StatusOr<std::vector<json>> keys = ListAll(api, KeysPath(options));
  if (!keys.ok()) return Fail(keys.status());
  const auto or_dash = [](std::string text) { return text.empty() ? "-" : text; };
  TextTable table("llllllll");
  table.Row({"key", "kind", "scopes", "name", "last used", "expires", "replaced by", "revoked"});
  table.Rule();
  for (const json& key : *keys) {
    table.Row({TextAt(key, "key_id"), TextAt(key, "kind"), ScopesText(key), or_dash(TextAt(key, "name")),
               or_dash(TextAt(key, "last_used")), or_dash(TextAt(key, "expires")), or_dash(TextAt(key, "replaced_by")),
               or_dash(TextAt(key, "revoked"))});
  }
  std::fputs(table.Print().c_str(), stdout);
  return kDone;
}

int RevokeSdkKey(const SdkKeyOptions& options) {
  ApiClient api(options.place.url, options.place.token);
  const absl::Status status = api.Delete(KeysPath(options) + "/" + PathSegment(options.id));
  return status.ok() ? kDone : Fail(status);
}

void AddKeyId(CLI::App& command, SdkKeyOptions& options) {
  command.add_option("id", options.id, "key_… as expt sdk-key list shows it")->required();
}

void AddExpires(CLI::App& command, SdkKeyOptions& options) {
  command.add_option("--expires", options.expires, "time from which it is refused, such as 2030-01-31T12:00:00Z");
}

}  // namespace

void AddSdkKey(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("sdk-key", "Make, list, rotate and revoke the keys with which programs open their clients");
  auto options = std::make_shared<SdkKeyOptions>();
  AddPlaceOptions(*command, options->place);
  command->require_subcommand(0, 1);
  command->fallthrough();
  command->add_option("--kind", options->kind, "server or client; a client key sees client-visible flags only")
      ->check(CLI::IsMember({"server", "client"}))
      ->capture_default_str();
  command->add_option("--name", options->name, "what the key is for")->capture_default_str();
  command->add_option("--scope", options->scopes, "snapshots or events, when it is not for both")
      ->check(CLI::IsMember({"snapshots", "events"}));
  AddExpires(*command, *options);
  command->footer(R"(Without a subcommand it prints a new key, once. The environment must have been published or at least be named by the
Root.

Examples:
  export EXPT_KEY=$(expt sdk-key --project shop --environment production --name checkout-service)
  expt sdk-key --project shop --environment production --name importer --scope events
  expt sdk-key rotate key_5f2c8a01b3d94e67a0c1 --project shop --environment production --overlap-seconds 3600)");
  command->callback([options, command, &action] {
    if (command->get_subcommands().empty()) action = [options] { return MakeSdkKey(*options); };
  });

  CLI::App* list = command->add_subcommand("list", "Show the keys of an environment, without their secrets");
  list->footer(R"(Examples:
  expt sdk-key list --project shop --environment production)");
  list->callback([options, &action] { action = [options] { return ListSdkKeys(*options); }; });

  CLI::App* rotate = command->add_subcommand("rotate", "Print the successor of a key; both are valid for a while");
  AddKeyId(*rotate, *options);
  rotate->add_option("--overlap-seconds", options->overlap_seconds, "how long the old key is valid still")
      ->check(CLI::Range(int64_t{0}, kMaxOverlapSeconds))
      ->capture_default_str();
  rotate->footer(R"(It has the kind, the scopes and the name of the old key, and knows the newest Root.

Examples:
  expt sdk-key rotate key_5f2c8a01b3d94e67a0c1 --project shop --environment production)");
  rotate->callback([options, &action] { action = [options] { return RotateSdkKey(*options); }; });

  CLI::App* revoke = command->add_subcommand("revoke", "Refuse a key from now on, and end what listens with it");
  AddKeyId(*revoke, *options);
  revoke->footer(R"(Examples:
  expt sdk-key revoke key_5f2c8a01b3d94e67a0c1 --project shop --environment production)");
  revoke->callback([options, &action] { action = [options] { return RevokeSdkKey(*options); }; });
}

}  // namespace expt::cli
