// expt find-references: tells the control plane where code names flags.
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/code_scan.h"
#include "control-plane/cli/commands.h"
#include "control-plane/cli/paged_list.h"
#include "control-plane/cli/status.h"

namespace expt::cli {
namespace {

using nlohmann::json;

struct ReferencesOptions {
  Server server;
  std::string project, folder = ".", repository, branch, commit;
  std::vector<std::string> excluded = {"node_modules", "build", "dist", "target", "vendor"};
  bool is_dry_run = false;
};

int FindAll(const ReferencesOptions& options) {
  ApiClient api(options.server.url, options.server.token);
  const std::string project = ProjectPath(options.project);
  absl::StatusOr<std::vector<json>> flags = ListAll(api, project + "/flags");
  if (!flags.ok()) return Fail(flags.status());
  std::set<std::string, std::less<>> keys;
  for (const json& flag : *flags) keys.insert(TextAt(flag, "key"));
  absl::StatusOr<CodeScan> scan =
      ScanTree(options.folder, keys, {options.excluded.begin(), options.excluded.end()});
  if (!scan.ok()) return Fail(scan.status());
  json references = json::array();
  std::set<std::string> named;
  for (const CodeReference& found : scan->references) {
    named.insert(found.flag);
    if (options.is_dry_run) {
      std::printf("%s:%zu: %s\n", found.path.c_str(), found.line, found.flag.c_str());
    }
    references.push_back(
        {{"flag", found.flag}, {"path", found.path}, {"line", found.line}, {"text", found.text}});
  }
  if (!options.is_dry_run) {
    const json body = {{"repository", options.repository},
                       {"branch", options.branch},
                       {"commit", options.commit},
                       {"references", std::move(references)}};
    absl::StatusOr<ApiReply> put = api.Put(project + "/code-references", body, "");
    if (!put.ok()) return Fail(put.status());
  }
  std::printf("%zu files name %zu of %zu flags in %zu places\n", scan->files, named.size(), keys.size(),
              scan->references.size());
  return kDone;
}

}  // namespace

void AddFindReferences(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("find-references", "Tell where code names flags");
  auto options = std::make_shared<ReferencesOptions>();
  AddServerOptions(*command, options->server);
  command->add_option("folder", options->folder, "where the code is; default: the current folder");
  command->add_option("--project", options->project, "project key")->envname("EXPT_PROJECT")->required();
  command->add_option("--repository", options->repository, "what people call it, such as acme/shop")->required();
  command->add_option("--branch", options->branch, "what was found on it before is replaced")->required();
  command->add_option("--commit", options->commit, "that is checked out");
  command->add_option("--exclude", options->excluded, "names of folders to leave out")->capture_default_str();
  command->add_flag("--dry-run", options->is_dry_run, "print what is found and send nothing");
  command->footer(R"(A flag is named where its key stands in quotes. Folders and files whose names begin with a dot, links, files over
1 MiB and those that are no text are left out.

Examples:
  expt find-references --project shop --repository acme/shop --branch main --commit $(git rev-parse HEAD)
  expt find-references src --project shop --repository acme/shop --branch main --dry-run)");
  command->callback([options, &action] { action = [options] { return FindAll(*options); }; });
}

}  // namespace expt::cli
