// expt events send.
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "control-plane/cli/commands.h"
#include "control-plane/cli/event_line.h"
#include "control-plane/cli/input.h"
#include "control-plane/cli/status.h"
#include "control-plane/cli/upload.h"

namespace expt::cli {
namespace {

struct SendOptions {
  std::string url, key, file;
  int timeout_seconds = 60;
};

int SendEvents(const SendOptions& options) {
  absl::StatusOr<std::string> key = ReadArgument(options.key);
  if (!key.ok()) return Fail(key.status());
  while (!key->empty() && (key->back() == '\n' || key->back() == '\r')) key->pop_back();
  InputStream input;
  if (const absl::Status status = input.Open(options.file); !status.ok()) return Fail(status);
  const std::string name = input.name();

  const std::chrono::seconds timeout(options.timeout_seconds);
  absl::StatusOr<Client> client = OpenReady(options.url, *key, timeout);
  if (!client.ok()) return Fail(client.status());
  uint64_t line_number = 0, sent = 0, wrong = 0;
  std::string line;
  while (std::getline(input.stream(), line)) {
    ++line_number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    absl::StatusOr<EventLine> event = ParseEventLine(line);
    absl::Status status = event.status();
    if (status.ok()) {
      if (!client->WaitForRoom(1, timeout)) {
        PrintError(name + ": line " + std::to_string(line_number) + ": no room within " +
                   std::to_string(options.timeout_seconds) + " s; this line and all after it are not sent");
        ++wrong;
        break;
      }
      const TrackResult result = Record(*client, *event);
      if (!result.accepted()) status = InvalidArgument(DropReasonName(result.dropped));
    }
    if (status.ok()) {
      ++sent;
    } else {
      ++wrong;
      PrintError(name + ": line " + std::to_string(line_number) + ": " + Text(status));
    }
  }
  const absl::Status delivered = DeliverAll(*client, timeout);
  const ClientStatus status = client->Status();
  std::printf("%s\n", CountsText(status, sent, wrong).c_str());
  if (!delivered.ok()) return Fail(delivered);
  if (const absl::Status closed = client->Close(std::chrono::seconds(5)); !closed.ok()) return Fail(closed);
  return wrong == 0 && status.events_rejected == 0 ? kDone : kFailed;
}

}  // namespace

void AddEvents(CLI::App& app, Action& action) {
  CLI::App* events = app.add_subcommand("events", "Report events");
  events->require_subcommand(1);
  events->footer("Examples:\n  expt events send --url http://127.0.0.1:8080 --key @server.key events.jsonl");
  CLI::App* command = events->add_subcommand("send", "Send events, one JSON object per line");
  auto options = std::make_shared<SendOptions>();
  command->add_option("--url", options->url, "where exptd answers")->envname("EXPT_URL")->required();
  command->add_option("--key", options->key, "SDK key; `@file` or `-` keep it out of the list of processes")
      ->envname("EXPT_KEY")
      ->required();
  command->add_option("--timeout", options->timeout_seconds, "seconds without progress before giving up")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("file", options->file, "file of JSON lines; - is standard input")->required();
  command->footer(
      R"(A line that is not an event is named with its number; all others are sent. Exit 1 when any was refused.

Lines:
  {"type": "metric", "name": "purchase", "context": {"targetingKey": "u1"}, "value": 19.9, "properties": {"plan": "pro"},
   "time": "2030-01-07T09:30:00Z", "event_id": "order-7"}
  {"type": "exposure", "experiment": "checkout-test", "variant": "treatment", "context": {"targetingKey": "u1"}}
  {"type": "identify", "context": {"targetingKey": "u1"}, "unit_type": "account", "unit_id": "a1"}

Examples:
  expt events send --url http://127.0.0.1:8080 --key @server.key events.jsonl
  generate-events | EXPT_KEY=... expt events send --url http://127.0.0.1:8080 -)");
  command->callback([options, &action] {
    if (options->key == "-" && options->file == "-") {
      throw CLI::ValidationError("--key", "key and events cannot both come from standard input");
    }
    action = [options] { return SendEvents(*options); };
  });
}

}  // namespace expt::cli
