// Opening, evaluating with, and ending a client of expt/c.h.
#include "src/client/c_call.h"
#include "src/client/c_handles.h"

namespace {

using expt::c::Fail;
using expt::c::Guard;
using expt::c::GuardOr;
using expt::c::IsText;
using expt::c::View;
using expt::c::Wait;

// The options of the first version, which ended with log_user.
constexpr size_t kFirstOptions = offsetof(expt_client_options, spool_directory);

// Takes over an option that is not zero.
void Take(int64_t value, std::chrono::milliseconds& to) {
  if (value != 0) to = std::chrono::milliseconds(value);
}
void Take(uint64_t value, size_t& to) {
  if (value != 0) to = value;
}

// False where a duration is negative, or so long that sums with it would overflow inside.
bool AreDurations(const expt_client_options& from) {
  for (const int64_t value :
       {from.poll_interval_ms, from.flush_interval_ms, from.exposure_dedupe_ttl_ms, from.connect_timeout_ms,
        from.request_timeout_ms, from.retry_initial_ms, from.retry_max_ms, from.spool_interval_ms,
        from.spool_max_age_ms, from.first_send_spread_ms}) {
    if (value < 0 || value > expt::c::kLongestWaitMs) return false;
  }
  return true;
}

expt::SpoolOptions::Durability DurabilityOf(expt_durability durability) {
  return static_cast<expt::SpoolOptions::Durability>(durability - EXPT_DURABILITY_MEMORY);
}
static_assert(static_cast<int>(expt::SpoolOptions::Durability::kMemory) == 0);
static_assert(static_cast<int>(expt::SpoolOptions::Durability::kEvery) ==
              EXPT_DURABILITY_EVERY - EXPT_DURABILITY_MEMORY);

expt::ClientOptions OptionsOf(const expt_client_options& from) {
  expt::ClientOptions to;
  to.url = View(from.url);
  to.key = View(from.key);
  to.root = View(from.root);
  to.expected_environment = View(from.expected_environment);
  to.data_directory = View(from.data_directory);
  to.sdk = from.sdk.size == 0 ? "c" : View(from.sdk);
  Take(from.poll_interval_ms, to.poll_interval);
  Take(from.flush_interval_ms, to.flush_interval);
  Take(from.buffer_events, to.buffer_events);
  Take(from.buffer_bytes, to.buffer_bytes);
  Take(from.batch_events, to.batch_events);
  Take(from.batch_bytes, to.batch_bytes);
  Take(from.exposure_dedupe_entries, to.exposure_dedupe_entries);
  Take(from.exposure_dedupe_ttl_ms, to.exposure_dedupe_ttl);
  Take(from.connect_timeout_ms, to.connect_timeout);
  Take(from.request_timeout_ms, to.request_timeout);
  Take(from.retry_initial_ms, to.retry_initial);
  Take(from.retry_max_ms, to.retry_max);
  to.spool.directory = View(from.spool_directory);
  if (from.spool_max_bytes != 0) to.spool.max_bytes = from.spool_max_bytes;
  Take(from.spool_interval_ms, to.spool.interval);
  Take(from.spool_max_age_ms, to.spool.max_age);
  Take(from.first_send_spread_ms, to.first_send_spread);
  if (from.spool_durability != 0) to.spool.durability = DurabilityOf(from.spool_durability);
  to.bundle = View(from.bundle);
  to.snapshot_url = View(from.snapshot_url);
  to.on_very_stale = static_cast<expt::Overlay::Stale>(from.on_very_stale);
  to.stream = !from.without_stream;
  if (from.log != nullptr) {
    to.log = [log = from.log, user = from.log_user](expt::LogLevel level, std::string_view message) {
      log(user, static_cast<expt_log_level>(level), expt::c::Out(message));
    };
  }
  return to;
}

expt_code Open(const expt_client_options* options, expt_client** client, expt_error** error) {
  expt_client_options from;
  if (options == nullptr) return Fail(error, "options: expected a struct, got NULL");
  if (const expt_code code = expt::c::ReadStruct(options, from, kFirstOptions); code != EXPT_OK) {
    return Fail(error,
                code == EXPT_UNIMPLEMENTED
                    ? absl::UnimplementedError("options: a field that this library does not know is not zero")
                    : absl::InvalidArgumentError("options: struct_size: expected " + std::to_string(sizeof from) +
                                                 ", got " + std::to_string(options->struct_size)));
  }
  if (!expt::c::AreTexts(from.url, from.key, from.root, from.expected_environment, from.data_directory, from.sdk,
                        from.spool_directory, from.bundle, from.snapshot_url)) {
    return Fail(error, "options: expected text, got NULL with a size");
  }
  if (!AreDurations(from)) return Fail(error, "options: a duration: expected 0 ms to one year");
  if (from.spool_durability < 0 || from.spool_durability > EXPT_DURABILITY_EVERY) {
    return Fail(error, "options: spool_durability: expected 0 to 3, got " + std::to_string(from.spool_durability));
  }
  if (from.on_very_stale < EXPT_STALE_KEEP || from.on_very_stale > EXPT_STALE_FAIL_CLOSED) {
    return Fail(error, "options: on_very_stale: expected 0 to 2, got " + std::to_string(from.on_very_stale));
  }
  absl::StatusOr<expt::Client> opened = expt::Client::Open(OptionsOf(from));
  if (!opened.ok()) return Fail(error, opened.status());
  *client = new expt_client{*std::move(opened)};
  return EXPT_OK;
}

bool IsCall(const expt_client* client, expt_string flag, const expt_context* context) {
  return client != nullptr && IsText(flag) && context != nullptr;
}

const expt::StickyAssignments* AssignmentsOf(const expt_sticky* sticky) {
  return sticky == nullptr ? nullptr : &sticky->assignments;
}

template <typename T>
T Scalar(const expt_client* client, expt_string flag, const expt_context* context, T fallback) {
  if (!IsCall(client, flag, context)) return fallback;
  return GuardOr(fallback, [&] { return client->client.Value(View(flag), context->sealed(), fallback); });
}

// Writes what ask() yields to `value`, or the fallback.
template <typename Ask>
expt_code Text(bool is_call, expt_string fallback, expt_text* value, Ask ask) {
  if (value == nullptr || !IsText(fallback)) return EXPT_INVALID_ARGUMENT;
  return Guard([&]() -> expt_code {
    value->text.assign(View(fallback));
    if (!is_call) return EXPT_INVALID_ARGUMENT;
    value->text = ask();
    return EXPT_OK;
  });
}

}  // namespace

expt_code expt_client_open(const expt_client_options* options, expt_client** client, expt_error** error) {
  if (error != nullptr) *error = nullptr;
  if (client != nullptr) *client = nullptr;
  return Guard([&]() -> expt_code {
    if (client == nullptr) return Fail(error, "client: expected a place for it, got NULL");
    return Open(options, client, error);
  });
}

void expt_client_free(expt_client* client) { delete client; }

expt_code expt_client_ready(expt_client* client, int64_t timeout_ms) {
  if (client == nullptr) return EXPT_INVALID_ARGUMENT;
  return Guard([&] { return client->client.Ready(Wait(timeout_ms)) ? EXPT_OK : EXPT_DEADLINE_EXCEEDED; });
}

bool expt_client_enabled(const expt_client* client, expt_string flag, const expt_context* context) {
  return Scalar(client, flag, context, false);
}

bool expt_client_boolean(const expt_client* client, expt_string flag, const expt_context* context, bool fallback) {
  return Scalar(client, flag, context, fallback);
}

int64_t expt_client_integer(const expt_client* client, expt_string flag, const expt_context* context,
                            int64_t fallback) {
  return Scalar(client, flag, context, fallback);
}

double expt_client_double(const expt_client* client, expt_string flag, const expt_context* context, double fallback) {
  return Scalar(client, flag, context, fallback);
}

expt_code expt_client_string(const expt_client* client, expt_string flag, const expt_context* context,
                             expt_string fallback, expt_text* value) {
  return Text(IsCall(client, flag, context), fallback, value,
              [&] { return client->client.Value(View(flag), context->sealed(), View(fallback)); });
}

expt_code expt_client_json(const expt_client* client, expt_string flag, const expt_context* context,
                           expt_string fallback, expt_text* value) {
  return Text(IsCall(client, flag, context), fallback, value, [&] {
    const expt::Value found = client->client.Value(View(flag), context->sealed(), expt::Value::Json(View(fallback)));
    return std::string(found.view().text());
  });
}

expt_code expt_client_variant(const expt_client* client, expt_string flag, const expt_context* context,
                              expt_string fallback, expt_text* value) {
  return Text(IsCall(client, flag, context), fallback, value,
              [&] { return client->client.Variant(View(flag), context->sealed(), View(fallback)); });
}

expt_code expt_client_decide(const expt_client* client, expt_string flag, const expt_context* context, bool record,
                             const expt_sticky* sticky, expt_decision* decision) {
  if (!IsCall(client, flag, context) || decision == nullptr) return EXPT_INVALID_ARGUMENT;
  return Guard([&] {
    decision->owned =
        client->client.Decide(View(flag), context->sealed(), {.record = record, .sticky = AssignmentsOf(sticky)});
    decision->view = decision->owned->view();
    decision->snapshot = expt::Snapshot();
    return EXPT_OK;
  });
}

expt_code expt_client_explain(const expt_client* client, expt_string flag, const expt_context* context,
                              const expt_sticky* sticky, expt_text* json, expt_text* text) {
  if (!IsCall(client, flag, context)) return EXPT_INVALID_ARGUMENT;
  return Guard([&] {
    expt::Explanation explanation = client->client.Explain(View(flag), context->sealed(), AssignmentsOf(sticky));
    if (json != nullptr) json->text = std::move(explanation.json);
    if (text != nullptr) text->text = std::move(explanation.text);
    return EXPT_OK;
  });
}

expt_code expt_client_pin(const expt_client* client, expt_snapshot** snapshot) {
  if (snapshot == nullptr) return EXPT_INVALID_ARGUMENT;
  *snapshot = nullptr;
  if (client == nullptr) return EXPT_INVALID_ARGUMENT;
  return Guard([&] {
    *snapshot = new expt_snapshot{client->client.Pin()};
    return EXPT_OK;
  });
}

expt_code expt_client_close(expt_client* client, int64_t timeout_ms, expt_error** error) {
  if (error != nullptr) *error = nullptr;
  return Guard([&]() -> expt_code {
    if (client == nullptr) return Fail(error, "client: expected one, got NULL");
    const absl::Status status = client->client.Close(Wait(timeout_ms));
    return status.ok() ? EXPT_OK : Fail(error, status);
  });
}
