#include "src/client/settings.h"

#include <string>
#include <utility>

#include "src/base/status.h"
#include "src/client/event_id.h"
#include "src/client/saved_file.h"
#include "src/client/sink_transport.h"
#include "src/client/url.h"
#include "src/wire/event_codec.h"

namespace expt::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShortestPoll{100};
constexpr uint64_t kMaxSdkName = 64;  // docs/events.md

absl::Status Invalid(std::string_view text) { return base::Error(absl::StatusCode::kInvalidArgument, text); }

absl::Status AtLeast(std::string_view name, milliseconds value, milliseconds least) {
  if (value >= least) return absl::OkStatus();
  return Invalid(std::string(name) + ": expected at least " + std::to_string(least.count()) + " ms, got " +
                 std::to_string(value.count()));
}

absl::Status InRange(std::string_view name, uint64_t value, uint64_t least, uint64_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return Invalid(std::string(name) + ": expected " + std::to_string(least) + " to " + std::to_string(most) + ", got " +
                 std::to_string(value));
}

absl::Status CheckNumbers(const ClientOptions& options) {
  constexpr uint64_t kMostEvents = 10'000'000;
  constexpr uint64_t kMostBytes = uint64_t{1} << 32;
  constexpr uint64_t kLeastSpool = 2u << 20;  // two files
  const absl::Status checks[] = {
      AtLeast("poll_interval", options.poll_interval, kShortestPoll),
      AtLeast("flush_interval", options.flush_interval, milliseconds(1)),
      AtLeast("connect_timeout", options.connect_timeout, milliseconds(1)),
      AtLeast("request_timeout", options.request_timeout, milliseconds(1)),
      AtLeast("retry_initial", options.retry_initial, milliseconds(1)),
      AtLeast("retry_max", options.retry_max, options.retry_initial),
      AtLeast("exposure_dedupe_ttl", options.exposure_dedupe_ttl, milliseconds(0)),
      InRange("buffer_events", options.buffer_events, 1, kMostEvents),
      InRange("buffer_bytes", options.buffer_bytes, 1024, kMostBytes),
      InRange("batch_events", options.batch_events, 1, wire::kMaxBatchEvents),
      InRange("batch_bytes", options.batch_bytes, 1024, wire::kMaxBatchBytes),
      InRange("size of sdk", options.sdk.size(), 1, kMaxSdkName),
      InRange("number of hooks", options.hooks.size(), 0, kMaxHooks),
      AtLeast("spool.interval", options.spool.interval, milliseconds(1)),
      AtLeast("spool.max_age", options.spool.max_age, milliseconds(1)),
      AtLeast("first_send_spread", options.first_send_spread, milliseconds(0)),
      InRange("spool.max_bytes", options.spool.max_bytes, kLeastSpool, uint64_t{1} << 40),
      InRange("exposure_dedupe_entries", options.exposure_dedupe_entries, 1, kMostEvents),
  };
  for (const absl::Status& check : checks) {
    if (!check.ok()) return check;
  }
  return absl::OkStatus();
}

absl::Status Prefixed(std::string_view prefix, const absl::Status& status) {
  return base::Error(status.code(),
                     std::string(prefix) + std::string(status.message().data(), status.message().size()));
}

}  // namespace

RootAnchor AnchorOf(const Settings& settings) {
  if (settings.root.has_value()) return {.pin = std::nullopt, .file = settings.options.root};
  return {.pin = settings.key.root_digest, .file = {}};
}

absl::StatusOr<Settings> CheckOptions(ClientOptions options) {
  if (absl::Status status = CheckBaseUrl(options.url); !status.ok()) return status;
  if (!options.snapshot_url.empty()) {
    if (absl::Status status = CheckBaseUrl(options.snapshot_url, "snapshot_url"); !status.ok()) return status;
  }
  if (absl::Status status = CheckNumbers(options); !status.ok()) return status;
  absl::StatusOr<wire::SdkKey> key = wire::ParseSdkKey(options.key);
  if (!key.ok()) return Prefixed("key: ", key.status());
  if (!options.expected_environment.empty() && options.expected_environment != key->environment) {
    return Invalid("key: expected environment \"" + options.expected_environment + "\", got \"" + key->environment +
                   "\"");
  }
  Settings settings;
  settings.given = options;
  if (!options.root.empty()) {
    absl::StatusOr<Root> root = Root::Parse(options.root);
    if (!root.ok()) return Prefixed("root: ", root.status());
    settings.root = *std::move(root);
  } else if (key->root_version <= 0 || key->root_digest == Digest{}) {
    return Invalid("key: it pins no root; copy the whole key as the control plane shows it, or set the option root");
  }
  if (!options.bundle.empty()) {
    absl::StatusOr<std::vector<std::string>> parts = UnpackSavedFile(options.bundle, "");
    if (parts.ok()) settings.bundle = SavedSnapshotOf(*std::move(parts));
    if (!settings.bundle.has_value()) return Invalid("bundle: expected the bytes of a bundle, found others");
    options.bundle.clear();
  }
  if (options.clock == nullptr) options.clock = std::shared_ptr<Clock>(SystemClock(), [](Clock*) {});
  if (options.transport == nullptr) options.transport = CurlTransport();
  if (options.event_sink != nullptr) {
    options.transport = SinkTransport(options.event_sink, std::move(options.transport));
  }
  for (const std::shared_ptr<EvaluationHook>& hook : options.hooks) {
    if (hook == nullptr) return Invalid("hooks: one is null");
  }
  if (options.spool.directory.empty() && !options.data_directory.empty()) {
    options.spool.directory = options.data_directory + "/spool";
  }
  settings.key = *std::move(key);
  settings.options = std::move(options);
  settings.instance_id = MakeInstanceId();
  return settings;
}

}  // namespace expt::client
