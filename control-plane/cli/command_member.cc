// expt member invite, list, disable.
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

constexpr char kMembers[] = "/api/v1/members";

struct MemberOptions {
  Server server;
  Binding binding;
  std::string email, name;
};

int Invite(const MemberOptions& options) {
  ApiClient api(options.server.url, options.server.token);
  absl::StatusOr<ApiReply> invited = api.Post(kMembers, {{"email", options.email}, {"name", options.name}});
  if (!invited.ok()) return Fail(invited.status());
  const std::string id = TextAt(invited->body.value("member", json::object()), "id");
  if (!options.binding.role.empty()) {
    json binding = BindingJson(options.binding);
    binding["member"] = id;
    absl::StatusOr<ApiReply> bound = api.Post("/api/v1/bindings", binding);
    // The invitation stands: it must not be lost with the role.
    if (!bound.ok()) Fail(bound.status());
    std::printf("%s\n", TextAt(invited->body, "token").c_str());
    return bound.ok() ? kDone : kFailed;
  }
  std::printf("%s\n", TextAt(invited->body, "token").c_str());
  return kDone;
}

int List(const MemberOptions& options) {
  ApiClient api(options.server.url, options.server.token);
  absl::StatusOr<std::vector<json>> members = ListAll(api, kMembers);
  if (!members.ok()) return Fail(members.status());
  TextTable table("llll");
  table.Row({"member", "e-mail", "name", "state"});
  table.Rule();
  for (const json& member : *members) {
    table.Row({TextAt(member, "id"), TextAt(member, "email"), TextAt(member, "name"), TextAt(member, "state")});
  }
  std::fputs(table.Print().c_str(), stdout);
  return kDone;
}

int Disable(const MemberOptions& options) {
  ApiClient api(options.server.url, options.server.token);
  absl::StatusOr<std::vector<json>> members = ListAll(api, kMembers);
  if (!members.ok()) return Fail(members.status());
  for (const json& member : *members) {
    if (TextAt(member, "email") != options.email && TextAt(member, "id") != options.email) continue;
    const std::string path = std::string(kMembers) + "/" + PathSegment(TextAt(member, "id"));
    absl::StatusOr<ApiReply> current = api.Get(path);
    if (!current.ok()) return Fail(current.status());
    current->body["state"] = "disabled";
    absl::StatusOr<ApiReply> disabled = api.Put(path, current->body, current->etag);
    if (!disabled.ok()) return Fail(disabled.status());
    return kDone;
  }
  return Fail(Error(absl::StatusCode::kNotFound, "member \"" + options.email + "\": there is none"));
}

}  // namespace

void AddMember(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("member", "Invite, list and disable members");
  command->require_subcommand(1);
  command->footer(R"(Examples:
  expt member invite ann@example.com --role editor --project shop
  expt member list
  expt member disable ann@example.com)");
  auto options = std::make_shared<MemberOptions>();

  CLI::App* invite = command->add_subcommand("invite", "Make a member and print the token that sets their password");
  AddServerOptions(*invite, options->server);
  invite->add_option("email", options->email, "e-mail address, with which they sign in")->required();
  invite->add_option("--name", options->name, "what others call them");
  AddBindingOptions(*invite, options->binding);
  invite->footer(R"(The token works once and for an hour. With --role the member has that role, everywhere unless
--project says where.

Examples:
  expt member invite ann@example.com --name Ann --role publisher --project shop --environment production)");
  invite->callback([options, &action] { action = [options] { return Invite(*options); }; });

  CLI::App* list = command->add_subcommand("list", "Show all members");
  AddServerOptions(*list, options->server);
  list->footer(R"(Examples:
  expt member list)");
  list->callback([options, &action] { action = [options] { return List(*options); }; });

  CLI::App* disable = command->add_subcommand("disable", "Sign a member out and refuse their password and tokens");
  AddServerOptions(*disable, options->server);
  disable->add_option("member", options->email, "e-mail address or id")->required();
  disable->footer(R"(Examples:
  expt member disable ann@example.com)");
  disable->callback([options, &action] { action = [options] { return Disable(*options); }; });
}

}  // namespace expt::cli
