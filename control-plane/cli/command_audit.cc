// expt audit export, key, verify.
#include <cstdio>
#include <memory>
#include <string>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/audit_file.h"
#include "control-plane/cli/commands.h"
#include "control-plane/cli/input.h"
#include "control-plane/cli/status.h"
#include "control-plane/publish/key_file.h"

namespace expt::cli {
namespace {

struct AuditOptions {
  Place place;
  std::string key, file;
};

// The number of the last entry among `lines`; 0 when there is none.
int64_t LastNumber(std::string_view lines) {
  const size_t at = lines.rfind("{\"entry\":[");
  if (at == std::string_view::npos) return 0;
  return std::atoll(std::string(lines.substr(at + 10, 20)).c_str());
}

int Export(const AuditOptions& options) {
  ApiClient api(options.place.url, options.place.token);
  std::string path = "/api/v1/audit/export?limit=1000";
  for (;;) {
    const absl::StatusOr<std::string> lines = api.GetBytes(path);
    if (!lines.ok()) return Fail(lines.status());
    if (std::fwrite(lines->data(), 1, lines->size(), stdout) != lines->size()) return kFailed;
    const int64_t last = LastNumber(*lines);
    if (last == 0) return kDone;
    path = "/api/v1/audit/export?limit=1000&cursor=" + std::to_string(last);
  }
}

int Key(const AuditOptions& options) {
  ApiClient api(options.place.url, options.place.token);
  const absl::StatusOr<ApiReply> reply = api.Get("/api/v1/audit/key");
  if (!reply.ok()) return Fail(reply.status());
  std::printf("%s\n", reply->body.dump().c_str());
  return kDone;
}

int Verify(const AuditOptions& options) {
  std::optional<wire::PublicKey> key;
  if (!options.key.empty()) {
    const absl::StatusOr<std::string> text = ReadFile(options.key);
    if (!text.ok()) return Fail(text.status());
    const absl::StatusOr<wire::PublicKey> parsed = publish::ParsePublicKeyFile(*text);
    if (!parsed.ok()) return Fail(At("\"" + options.key + "\"", parsed.status()));
    key = *parsed;
  }
  InputStream input;
  if (const absl::Status status = input.Open(options.file); !status.ok()) return Fail(status);
  AuditCheck check(key);
  std::string line;
  for (int64_t line_number = 1; std::getline(input.stream(), line); ++line_number) {
    const absl::Status status = check.Add(line);
    if (!status.ok()) return Fail(At(input.name() + ": line " + std::to_string(line_number), status));
  }
  if (const absl::Status status = check.Finish(); !status.ok()) return Fail(At(input.name(), status));
  std::printf("%lld entries, none altered or missing\n", static_cast<long long>(check.entries()));
  std::printf("%lld signed heads, up to entry %lld%s\n", static_cast<long long>(check.heads()),
              static_cast<long long>(check.signed_entries()),
              key.has_value() ? "" : "; signatures not checked, give --key");
  return kDone;
}

void AddServer(CLI::App& command, Place& place) {
  command.add_option("--url", place.url, "where exptd answers")->envname("EXPT_URL")->required();
  command.add_option("--token", place.token, "API token of an administrator")->envname("EXPT_TOKEN")->required();
}

}  // namespace

void AddAudit(CLI::App& app, Action& action) {
  CLI::App* audit = app.add_subcommand("audit", "Take out and check the record of who changed what");
  audit->require_subcommand(1);
  audit->footer(R"(Examples:
  expt audit key > audit.pub
  expt audit export > audit.jsonl
  expt audit verify --key audit.pub audit.jsonl)");
  auto options = std::make_shared<AuditOptions>();
  CLI::App* take = audit->add_subcommand("export", "Print all entries and signed heads, one JSON object per line");
  AddServer(*take, options->place);
  take->callback([options, &action] { action = [options] { return Export(*options); }; });
  CLI::App* key = audit->add_subcommand("key", "Print the public key that signs heads; keep it apart from the server");
  AddServer(*key, options->place);
  key->callback([options, &action] { action = [options] { return Key(*options); }; });
  CLI::App* verify = audit->add_subcommand("verify", "Check an exported audit; names the entry that is wrong");
  verify->add_option("--key", options->key, "public key of the server that signed; without it only hashes are checked");
  verify->add_option("file", options->file, "what `expt audit export` printed; - is standard input")->required();
  verify->footer(R"(Exit 1 when an entry was altered, left out or added, or when a signed head says otherwise.

Examples:
  expt audit verify --key audit.pub audit.jsonl
  expt audit export | expt audit verify --key audit.pub -)");
  verify->callback([options, &action] { action = [options] { return Verify(*options); }; });
}

}  // namespace expt::cli
