// expt token create, list, revoke.
#include <cstdio>
#include <memory>
#include <string>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/commands.h"
#include "control-plane/cli/paged_list.h"
#include "control-plane/cli/status.h"
#include "control-plane/cli/text_table.h"

namespace expt::cli {
namespace {

using nlohmann::json;

constexpr char kTokens[] = "/api/v1/tokens";

struct TokenOptions {
  Server server;
  Binding binding;
  std::string name, expires, id;
};

int Create(const TokenOptions& options) {
  ApiClient api(options.server.url, options.server.token);
  json body = {{"name", options.name}, {"bindings", json::array({BindingJson(options.binding)})}};
  if (!options.expires.empty()) body["expires"] = options.expires;
  absl::StatusOr<ApiReply> made = api.Post(kTokens, body);
  if (!made.ok()) return Fail(made.status());
  std::printf("%s\n", TextAt(made->body, "token").c_str());
  return kDone;
}

int List(const TokenOptions& options) {
  ApiClient api(options.server.url, options.server.token);
  absl::StatusOr<std::vector<json>> tokens = ListAll(api, kTokens);
  if (!tokens.ok()) return Fail(tokens.status());
  const auto or_dash = [](std::string text) { return text.empty() ? "-" : text; };
  TextTable table("llllll");
  table.Row({"token", "name", "owner", "expires", "last used", "revoked"});
  table.Rule();
  for (const json& token : *tokens) {
    table.Row({TextAt(token, "id"), TextAt(token, "name"), or_dash(TextAt(token, "owner")),
               or_dash(TextAt(token, "expires")), or_dash(TextAt(token, "last_used")),
               or_dash(TextAt(token, "revoked"))});
  }
  std::fputs(table.Print().c_str(), stdout);
  return kDone;
}

int Revoke(const TokenOptions& options) {
  ApiClient api(options.server.url, options.server.token);
  const absl::Status status = api.Delete(std::string(kTokens) + "/" + PathSegment(options.id));
  return status.ok() ? kDone : Fail(status);
}

}  // namespace

void AddToken(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("token", "Make, list and revoke API tokens");
  command->require_subcommand(1);
  command->footer(R"(Examples:
  expt token create nightly --role viewer --project shop
  expt token list
  expt token revoke tok_5f2c8a01b3d94e67a0c1)");
  auto options = std::make_shared<TokenOptions>();

  CLI::App* create = command->add_subcommand("create", "Make an API token and print it, once");
  AddServerOptions(*create, options->server);
  create->add_option("name", options->name, "what it is for")->required();
  create->add_option("--expires", options->expires, "time from which it is refused, such as 2030-01-31T12:00:00Z");
  AddBindingOptions(*create, options->binding)->required();
  create->footer(R"(It holds the role everywhere, unless --project and --environment say where.

Examples:
  export EXPT_TOKEN=$(expt token create deploys --role publisher --project shop --environment production))");
  create->callback([options, &action] { action = [options] { return Create(*options); }; });

  CLI::App* list = command->add_subcommand("list", "Show API tokens: your own, and all of them as an administrator");
  AddServerOptions(*list, options->server);
  list->footer(R"(Examples:
  expt token list)");
  list->callback([options, &action] { action = [options] { return List(*options); }; });

  CLI::App* revoke = command->add_subcommand("revoke", "Refuse an API token from now on");
  AddServerOptions(*revoke, options->server);
  revoke->add_option("id", options->id, "what stands before the dot in the token: tok_…")->required();
  revoke->footer(R"(Examples:
  expt token revoke tok_5f2c8a01b3d94e67a0c1)");
  revoke->callback([options, &action] { action = [options] { return Revoke(*options); }; });
}

}  // namespace expt::cli
