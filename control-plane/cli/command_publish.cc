// expt publish, expt fetch.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/commands.h"
#include "control-plane/cli/definitions.h"
#include "control-plane/cli/definitions_check.h"
#include "control-plane/cli/first_steps.h"
#include "control-plane/cli/input.h"
#include "control-plane/cli/rings_line.h"
#include "control-plane/cli/status.h"
#include "expt/options.h"
#include "expt/snapshot.h"

namespace expt::cli {
namespace {

struct PublishOptions {
  Place place;
  std::string file, comment, output = "text";
  bool creates = false;
};

const char* KindName(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::kCreated:
      return "created";
    case Change::Kind::kReplaced:
      return "replaced";
    case Change::Kind::kUnchanged:
      return "unchanged";
    case Change::Kind::kFailed:
      return "failed";
  }
  return "";
}

// Applies `path`; anything that fails is an error that lists all failures.
absl::Status ApplyFile(ApiClient& api, const PublishOptions& options) {
  absl::StatusOr<std::string> text = ReadFile(options.file);
  if (!text.ok()) return text.status();
  absl::StatusOr<Definitions> definitions = ParseDefinitions(*text);
  if (!definitions.ok()) return At("\"" + options.file + "\"", definitions.status());
  std::string problems;
  for (const std::string& problem : CheckDefinitions(*definitions, false).problems) problems += "\n" + problem;
  if (!problems.empty()) return InvalidArgument("\"" + options.file + "\": nothing was changed" + problems);
  const std::vector<Change> changes =
      ApplyDefinitions(api, options.place.project, options.place.environment, *definitions);
  size_t counts[4] = {};
  std::string failures;
  for (const Change& change : changes) {
    ++counts[static_cast<size_t>(change.kind)];
    if (change.kind == Change::Kind::kFailed) failures += "\n" + change.place + ": " + change.error;
    if (change.kind == Change::Kind::kCreated || change.kind == Change::Kind::kReplaced) {
      std::fprintf(stderr, "%s %s\n", KindName(change.kind), change.place.c_str());
    }
  }
  if (failures.empty()) {
    std::fprintf(stderr, "%zu created, %zu replaced, %zu unchanged\n", counts[0], counts[1], counts[2]);
    return absl::OkStatus();
  }
  return InvalidArgument("\"" + options.file + "\": " + std::to_string(counts[3]) + " of " +
                         std::to_string(changes.size()) + " changes failed, nothing was published" + failures);
}

int Publish(const PublishOptions& options) {
  ApiClient api(options.place.url, options.place.token);
  if (options.creates) {
    absl::StatusOr<std::string> id = EnsureEnvironment(api, options.place.project, options.place.environment);
    if (!id.ok()) return Fail(id.status());
  }
  if (!options.file.empty()) {
    if (absl::Status status = ApplyFile(api, options); !status.ok()) return Fail(status);
  }
  nlohmann::json body = nlohmann::json::object();
  if (!options.comment.empty()) body["comment"] = options.comment;
  absl::StatusOr<ApiReply> reply =
      api.Post(EnvironmentPath(options.place.project, options.place.environment) + "/publish", body);
  if (!reply.ok()) return Fail(reply.status());
  if (options.output == "json") {
    std::printf("%s\n", reply->body.dump().c_str());
    return kDone;
  }
  if (reply->body.contains("warnings") && reply->body["warnings"].is_array()) {
    for (const nlohmann::json& warning : reply->body["warnings"]) {
      const std::string text = warning.is_string() ? warning.get<std::string>() : warning.dump();
      std::fprintf(stderr, "expt: warning: %s\n", text.c_str());
    }
  }
  std::printf("version %lld digest %s\n", static_cast<long long>(reply->body.value("version", int64_t{0})),
              TextAt(reply->body, "digest").c_str());
  if (reply->body.contains("rings") && reply->body["rings"].is_object()) {
    std::printf("%s\n", RingsLine(reply->body["rings"]).c_str());
  }
  return kDone;
}

struct FetchOptions {
  Place place;
  std::string snapshot_path, root_path, bundle_path, audience = "server";
};

// The newest Root and those before it, the oldest first.
absl::StatusOr<std::vector<std::string>> FetchRoots(ApiClient& api, const std::string& newest_path) {
  absl::StatusOr<std::string> file = api.GetBytes(newest_path);
  if (!file.ok()) return file.status();
  const absl::StatusOr<Root> newest = Root::Parse(*file);
  if (!newest.ok()) return At("root", newest.status());
  std::vector<std::string> files = {*std::move(file)};
  for (int64_t version = newest->version() - 1; version > 0; --version) {
    file = api.GetBytes("/sdk/v1/root/" + std::to_string(version));
    if (absl::IsNotFound(file.status())) break;  // an installation need not begin with version 1
    if (!file.ok()) return file.status();
    files.push_back(*std::move(file));
  }
  std::reverse(files.begin(), files.end());
  return files;
}

absl::Status SaveBundle(ApiClient& api, const std::string& base, const FetchOptions& options) {
  const absl::StatusOr<std::string> snapshot = api.GetBytes(base + "/snapshot?audience=" + options.audience);
  if (!snapshot.ok()) return snapshot.status();
  const absl::StatusOr<std::vector<std::string>> roots = FetchRoots(api, base + "/root");
  if (!roots.ok()) return roots.status();
  return ReplaceFile(options.bundle_path, MakeBundle(*snapshot, *roots), 0644);
}

int Fetch(const FetchOptions& options) {
  ApiClient api(options.place.url, options.place.token);
  const std::string base = EnvironmentPath(options.place.project, options.place.environment);
  const auto save = [&api](const std::string& path, const std::string& file) -> absl::Status {
    if (file.empty()) return absl::OkStatus();
    absl::StatusOr<std::string> bytes = api.GetBytes(path);
    if (!bytes.ok()) return bytes.status();
    return ReplaceFile(file, *bytes, 0644);
  };
  if (absl::Status status = save(base + "/snapshot?audience=" + options.audience, options.snapshot_path);
      !status.ok()) {
    return Fail(status);
  }
  if (absl::Status status = save(base + "/root", options.root_path); !status.ok()) return Fail(status);
  if (options.bundle_path.empty()) return kDone;
  if (absl::Status status = SaveBundle(api, base, options); !status.ok()) return Fail(status);
  return kDone;
}

}  // namespace

void AddPublish(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("publish", "Publish an environment, after applying a file of definitions");
  auto options = std::make_shared<PublishOptions>();
  AddPlaceOptions(*command, options->place);
  command->add_option("--file", options->file, "definitions to create or replace first; - is standard input");
  command->add_flag("--create", options->creates, "make the project and the environment where they are missing");
  command->add_option("--comment", options->comment, "why, for the audit log");
  command->add_option("--output", options->output, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->footer(R"(Prints the new version and its digest, and how far it is where it goes out in rings.
Nothing is published when anything in the file is refused.

Examples:
  expt publish --url http://127.0.0.1:8080 --token "$EXPT_TOKEN" --project shop --environment production
  expt publish --create --project shop --environment production --file definitions.json --comment "page size 20")");
  command->callback([options, &action] { action = [options] { return Publish(*options); }; });
}

void AddFetch(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("fetch", "Save the live snapshot and the Root, for eval, explain, validate");
  auto options = std::make_shared<FetchOptions>();
  AddPlaceOptions(*command, options->place);
  command->add_option("--snapshot", options->snapshot_path, "where to write the signed snapshot");
  command->add_option("--root", options->root_path, "where to write the Root");
  command->add_option("--bundle", options->bundle_path,
                      "where to write both in one file, for the option `bundle` of a client");
  command->add_option("--audience", options->audience, "server or client")
      ->check(CLI::IsMember({"server", "client"}))
      ->capture_default_str();
  command->footer(R"(Examples:
  expt fetch --project shop --environment production --snapshot web.exs --root root.exs
  expt fetch --project shop --environment production --bundle web.bundle)");
  command->callback([options, &action] {
    if (options->snapshot_path.empty() && options->root_path.empty() && options->bundle_path.empty()) {
      throw CLI::RequiredError("--snapshot, --root or --bundle");
    }
    action = [options] { return Fetch(*options); };
  });
}

}  // namespace expt::cli
