// The C interface: a stable ABI over the engine and the client, for C and for every language that can call C.
//
//   expt_client_options options = {.struct_size = sizeof options, .url = expt_str(url), .key = expt_str(key)};
//   expt_client* client = NULL;
//   if (expt_client_open(&options, &client, NULL) != EXPT_OK) return 1;       // wrong options only
//   expt_client_ready(client, 2000);
//   expt_context* user = expt_context_new();
//   expt_context_set_string(user, expt_str("targeting_key"), expt_str("user-42"));
//   if (expt_client_enabled(client, expt_str("new-checkout"), user)) ...
//
// The same rules for all of it:
// - Handles are opaque. What _new, _parse, _open, _pin or _with gives is the caller's, who ends it with the _free of
//   that type once no call uses it any more; _free(NULL) does nothing.
// - No exception leaves a function. A code says what went wrong: EXPT_INVALID_ARGUMENT where a pointer is NULL that may
//   not be, a string is {NULL, more than 0} or larger than PTRDIFF_MAX, or a struct_size is too small or above 4,096;
//   EXPT_RESOURCE_EXHAUSTED without memory. A function that returns a value instead of a code then gives its fallback,
//   or zero, empty or NULL.
// - Out parameters are written on EXPT_OK only, but a handle is set to NULL on failure, and `error`, which may be NULL,
//   always: to NULL, or to an error that the caller frees.
// - Text is UTF-8 with a size. What goes in is copied. What comes out is a view into the handle that it was asked of,
//   valid until that is changed or freed.
// - Times are milliseconds since 1970-01-01 UTC, durations milliseconds; a wait is at least 0 and at most a year.
// - A struct begins with its size in the caller's program: set it, and leave what you do not know zero. An older
//   library answers EXPT_UNIMPLEMENTED when a field that it lacks is not zero; a newer one takes the old size.
// - Enumerations are int32_t; their numbers never change, and new ones may come.
// - Thread-safe, where nothing else is said, means: any number of calls at once that take the handle as const.
#ifndef EXPT_C_H_
#define EXPT_C_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define EXPT_API __attribute__((visibility("default")))
#else
#define EXPT_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

// ---- Text, codes and errors

// Bytes that somebody else owns; not necessarily followed by a zero.
typedef struct expt_string {
  const char* data;
  size_t size;
} expt_string;

// The view of a zero-terminated text; empty for NULL.
static inline expt_string expt_str(const char* text) {
  expt_string view;
  view.data = text;
  view.size = text == NULL ? 0 : strlen(text);
  return view;
}

// Text that a function hands over; it can be used again and keeps its memory. Not thread-safe.
typedef struct expt_text expt_text;
EXPT_API expt_text* expt_text_new(void);
EXPT_API void expt_text_free(expt_text* text);
EXPT_API expt_string expt_text_view(const expt_text* text);  // followed by a zero

// What the caller can do; the numbers of absl::StatusCode.
typedef int32_t expt_code;
enum {
  EXPT_OK = 0,
  EXPT_CANCELLED = 1,
  EXPT_UNKNOWN = 2,
  EXPT_INVALID_ARGUMENT = 3,  // fix the call
  EXPT_DEADLINE_EXCEEDED = 4,
  EXPT_NOT_FOUND = 5,  // also an index beyond the end
  EXPT_ALREADY_EXISTS = 6,
  EXPT_PERMISSION_DENIED = 7,
  EXPT_RESOURCE_EXHAUSTED = 8,   // slow down
  EXPT_FAILED_PRECONDITION = 9,  // fix the state first
  EXPT_ABORTED = 10,
  EXPT_OUT_OF_RANGE = 11,
  EXPT_UNIMPLEMENTED = 12,  // upgrade
  EXPT_INTERNAL = 13,       // our bug
  EXPT_UNAVAILABLE = 14,    // retry
  EXPT_DATA_LOSS = 15,      // bytes are damaged
  EXPT_UNAUTHENTICATED = 16
};
EXPT_API expt_string expt_code_name(expt_code code);  // "INVALID_ARGUMENT", ...

// A step of the acceptance order of docs/snapshot-format.md that failed.
typedef int32_t expt_load_code;
enum {
  EXPT_LOAD_NONE = 0,
  EXPT_LOAD_TOO_LARGE = 1,
  EXPT_LOAD_BAD_ENVELOPE = 2,
  EXPT_LOAD_DIGEST_MISMATCH = 3,
  EXPT_LOAD_UNKNOWN_KEY = 4,
  EXPT_LOAD_BAD_SIGNATURE = 5,
  EXPT_LOAD_BAD_INFLATE = 6,
  EXPT_LOAD_WIRE_LIMIT = 7,
  EXPT_LOAD_BAD_ENCODING = 8,
  EXPT_LOAD_UNSUPPORTED_VERSION = 9,
  EXPT_LOAD_WRONG_ENVIRONMENT = 10,
  EXPT_LOAD_ROLLBACK = 11,
  EXPT_LOAD_EQUIVOCATION = 12,
  EXPT_LOAD_FAST_FORWARD = 13,
  EXPT_LOAD_BAD_CONTENT = 14,
  EXPT_LOAD_COMPILE_FAILED = 15,
  EXPT_LOAD_GOLDEN_MISMATCH = 16,
  EXPT_LOAD_PENDING_NOT_SAVED = 17,
  EXPT_LOAD_UNHEALTHY = 18,
  EXPT_LOAD_LKG_NOT_SAVED = 19,
  EXPT_LOAD_HEAD_EXPIRED = 20
};
EXPT_API expt_string expt_load_code_name(expt_load_code code);  // "TOO_LARGE", ...

// Why a call failed. Immutable; thread-safe.
typedef struct expt_error expt_error;
EXPT_API void expt_error_free(expt_error* error);
EXPT_API expt_code expt_error_code_of(const expt_error* error);  // EXPT_OK for NULL
EXPT_API expt_string expt_error_message(const expt_error* error);
// The step, 1 to 17, and its code where loading a file failed; else 0 and EXPT_LOAD_NONE.
EXPT_API int32_t expt_error_load_step(const expt_error* error);
EXPT_API expt_load_code expt_error_load_code(const expt_error* error);

// ---- Version

EXPT_API expt_string expt_version(void);  // "0.1.0"
// Newest snapshot format and meaning of operators that this library reads.
EXPT_API uint32_t expt_format_version(void);
EXPT_API uint32_t expt_semantics_version(void);

// ---- Values

typedef int32_t expt_value_type;
enum {
  EXPT_TYPE_MISSING = 0,
  EXPT_TYPE_BOOLEAN = 1,
  EXPT_TYPE_STRING = 2,
  EXPT_TYPE_INTEGER = 3,
  EXPT_TYPE_DOUBLE = 4,
  EXPT_TYPE_JSON = 5,        // flags only: JSON text
  EXPT_TYPE_STRING_LIST = 6  // attributes only; never in an expt_value
};
EXPT_API expt_string expt_value_type_name(expt_value_type type);  // "boolean", ...

typedef struct expt_value {
  expt_value_type type;  // says which of `as` holds
  union {
    bool boolean;
    int64_t integer;
    double real;
    expt_string text;  // string and JSON
  } as;
} expt_value;

// ---- Context: who is asking

// Attributes by name; "targeting_key" (or "targetingKey") is the default unit id. What include/expt/context.h says
// about names, text that is not UTF-8 and validity holds here.
//
// To be changed by one thread while no other uses it; between changes thread-safe. The first use after a change
// allocates once, further ones nothing; what clear() leaves behind is used again.
typedef struct expt_context expt_context;
EXPT_API expt_context* expt_context_new(void);
EXPT_API void expt_context_free(expt_context* context);
// Removes every attribute.
EXPT_API expt_code expt_context_clear(expt_context* context);
// Each sets an attribute or replaces it. EXPT_RESOURCE_EXHAUSTED beyond 256 attributes: the context is then not valid
// until it is cleared.
EXPT_API expt_code expt_context_set_string(expt_context* context, expt_string name, expt_string value);
EXPT_API expt_code expt_context_set_integer(expt_context* context, expt_string name, int64_t value);
EXPT_API expt_code expt_context_set_double(expt_context* context, expt_string name, double value);
EXPT_API expt_code expt_context_set_boolean(expt_context* context, expt_string name, bool value);
EXPT_API expt_code expt_context_set_string_list(expt_context* context, expt_string name, const expt_string* values,
                                                size_t count);
EXPT_API expt_code expt_context_set_null(expt_context* context, expt_string name);  // missing from now on
// False where every flag yields the caller's default with EXPT_ERROR_INVALID_CONTEXT.
EXPT_API bool expt_context_is_valid(const expt_context* context);

// ---- Decisions

typedef int32_t expt_reason;
enum {
  EXPT_REASON_ERROR = 0,
  EXPT_REASON_STATIC = 1,
  EXPT_REASON_TARGETING_MATCH = 2,
  EXPT_REASON_SPLIT = 3,
  EXPT_REASON_DEFAULT = 4,
  EXPT_REASON_DISABLED = 5,
  EXPT_REASON_PREREQUISITE_FAILED = 6,
  EXPT_REASON_STALE = 7
};
EXPT_API expt_string expt_reason_name(expt_reason reason);  // "TARGETING_MATCH", ...

typedef int32_t expt_error_code;
enum {
  EXPT_ERROR_NONE = 0,
  EXPT_ERROR_PROVIDER_NOT_READY = 1,
  EXPT_ERROR_FLAG_NOT_FOUND = 2,
  EXPT_ERROR_PARSE_ERROR = 3,
  EXPT_ERROR_TYPE_MISMATCH = 4,
  EXPT_ERROR_TARGETING_KEY_MISSING = 5,
  EXPT_ERROR_INVALID_CONTEXT = 6,
  EXPT_ERROR_GENERAL = 7
};
EXPT_API expt_string expt_error_code_name(expt_error_code code);  // "FLAG_NOT_FOUND", ...; empty for none

typedef int32_t expt_origin;
enum { EXPT_ORIGIN_ENGINE = 1, EXPT_ORIGIN_STICKY = 2, EXPT_ORIGIN_IMPORTED = 3 };

// The result of an evaluation, kept alive whatever becomes of snapshot and client. New ones are empty: reason
// EXPT_REASON_ERROR, no value. Filled by _decide, again and again; not thread-safe while that happens.
typedef struct expt_decision expt_decision;
EXPT_API expt_decision* expt_decision_new(void);
EXPT_API void expt_decision_free(expt_decision* decision);

typedef struct expt_decision_view {
  size_t struct_size;
  expt_string flag;     // empty for an unknown flag
  expt_value value;     // EXPT_TYPE_MISSING: the caller's default applies
  expt_string variant;  // empty without a value
  expt_string rule;     // rule id; "override" for an override; empty without a rule
  int64_t snapshot_version;
  int32_t bucket;  // -1 where none decided
  expt_reason reason;
  expt_error_code error;
  uint32_t exposure_count;
  int64_t age_ms;  // of a client's decision: since it had last verified a Head; -1 of a snapshot's
} expt_decision_view;
EXPT_API expt_code expt_decision_read(const expt_decision* decision, expt_decision_view* view);

typedef struct expt_exposure_view {
  size_t struct_size;
  expt_string experiment_id;  // holdout: its key
  expt_string experiment;     // key
  expt_string variant;        // holdout: "held_out" or "in"
  expt_string bucket_by;      // the attribute whose unit id was bucketed
  uint32_t phase;             // 0 for a holdout
  expt_origin origin;
  bool is_holdout;
  bool is_sticky;  // with EXPT_ORIGIN_ENGINE: store the variant and give it back in expt_sticky
} expt_exposure_view;
EXPT_API expt_code expt_decision_exposure(const expt_decision* decision, size_t index, expt_exposure_view* view);

// The decision as one line of JSON.
EXPT_API expt_code expt_decision_json(const expt_decision* decision, expt_text* json);

// ---- Snapshots: the engine without a client

typedef int32_t expt_audience;
enum { EXPT_AUDIENCE_ANY = 0, EXPT_AUDIENCE_SERVER = 1, EXPT_AUDIENCE_CLIENT = 2 };

// The keys that may sign. Immutable; thread-safe.
typedef struct expt_root expt_root;
// Checks the Root file `bytes`; `pin` is the 32 bytes of its SHA-256, or NULL where it comes from a trusted place.
// Errors as expt::Root::Parse.
EXPT_API expt_code expt_root_parse(const void* bytes, size_t size, const uint8_t* pin, expt_root** root,
                                   expt_error** error);
EXPT_API void expt_root_free(expt_root* root);
EXPT_API int64_t expt_root_version(const expt_root* root);
// Writes the ids of the environments that have a snapshot key, at most `capacity`; returns how many there are.
EXPT_API size_t expt_root_environments(const expt_root* root, expt_string* ids, size_t capacity);

typedef struct expt_trust {
  size_t struct_size;
  const expt_root* root;    // NULL trusts nobody
  expt_string environment;  // id; empty accepts any of the Root
  expt_audience audience;
  // The newest (epoch, version) seen; nothing older is accepted. The digest of that version, 32 bytes, or NULL.
  int64_t floor_epoch;
  int64_t floor_version;
  const uint8_t* floor_digest;
} expt_trust;

// A verified set of flags. Immutable; thread-safe.
typedef struct expt_snapshot expt_snapshot;
// Verifies, decodes and compiles `bytes`. A flag that cannot be compiled yields the caller's default and a warning.
// Errors as expt::Snapshot::Parse.
EXPT_API expt_code expt_snapshot_parse(const void* bytes, size_t size, const expt_trust* trust,
                                       expt_snapshot** snapshot, expt_error** error);
EXPT_API void expt_snapshot_free(expt_snapshot* snapshot);

typedef int32_t expt_stale;
enum { EXPT_STALE_KEEP = 0, EXPT_STALE_DEFAULTS = 1, EXPT_STALE_FAIL_CLOSED = 2 };
typedef struct expt_overlay {
  size_t struct_size;
  const expt_string* emergency_off;  // flag keys that serve their off variant
  size_t emergency_off_count;
  expt_stale stale;
} expt_overlay;
// The same rules under another overlay.
EXPT_API expt_code expt_snapshot_with(const expt_snapshot* snapshot, const expt_overlay* overlay,
                                      expt_snapshot** result);

typedef struct expt_snapshot_view {
  size_t struct_size;
  expt_string project;
  expt_string environment;  // id
  int64_t version;
  int64_t epoch;
  int64_t issued_at_ms;
  const uint8_t* digest;  // 32 bytes, SHA-256 of the payload
  size_t flag_count;
  size_t warning_count;
  expt_audience audience;
  bool is_ready;  // false: every evaluation yields EXPT_ERROR_PROVIDER_NOT_READY
} expt_snapshot_view;
EXPT_API expt_code expt_snapshot_read(const expt_snapshot* snapshot, expt_snapshot_view* view);

EXPT_API expt_code expt_snapshot_warning(const expt_snapshot* snapshot, size_t index, expt_string* warning);

typedef struct expt_flag_view {
  size_t struct_size;
  expt_string key;
  expt_value_type type;
  bool is_enabled;
  bool is_broken;
} expt_flag_view;
EXPT_API expt_code expt_snapshot_flag(const expt_snapshot* snapshot, size_t index, expt_flag_view* view);

// Writes the sorted names of the attributes that deciding `flag` may read, at most `capacity`; returns how many there
// are.
EXPT_API size_t expt_snapshot_required_attributes(const expt_snapshot* snapshot, expt_string flag, expt_string* names,
                                                  size_t capacity);

// Variants that units were given before. To be changed by one thread while no other uses it.
typedef struct expt_sticky expt_sticky;
EXPT_API expt_sticky* expt_sticky_new(void);
EXPT_API void expt_sticky_free(expt_sticky* sticky);
// Replaces what was set for the same experiment, phase and unit.
EXPT_API expt_code expt_sticky_set(expt_sticky* sticky, expt_string experiment_id, uint32_t phase,
                                   expt_string bucket_by, expt_string unit_id, expt_string variant);
// The variant; empty when there is none.
EXPT_API expt_string expt_sticky_find(const expt_sticky* sticky, expt_string experiment_id, uint32_t phase,
                                      expt_string bucket_by, expt_string unit_id);
EXPT_API size_t expt_sticky_size(const expt_sticky* sticky);

typedef struct expt_input {
  size_t struct_size;
  int64_t now_ms;             // decides ramps, time conditions, and the periods of experiments and holdouts
  const expt_sticky* sticky;  // may be NULL
} expt_input;

// The value; `fallback` when nothing decides or the flag is of another type. An integer flag can be asked for a double.
// A text is a view into `snapshot`, or the fallback. Pure: no clock, no lock, no allocation on the common path.
EXPT_API bool expt_snapshot_boolean(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                                    const expt_input* input, bool fallback);
EXPT_API int64_t expt_snapshot_integer(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                                       const expt_input* input, int64_t fallback);
EXPT_API double expt_snapshot_double(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                                     const expt_input* input, double fallback);
EXPT_API expt_string expt_snapshot_string(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                                          const expt_input* input, expt_string fallback);
EXPT_API expt_string expt_snapshot_json(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                                        const expt_input* input, expt_string fallback);
// The variant key; `fallback` when nothing decides.
EXPT_API expt_string expt_snapshot_variant(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                                           const expt_input* input, expt_string fallback);

// Everything about one decision; EXPT_OK also where it is an error of the evaluation, such as an unknown flag.
// `expected` is EXPT_TYPE_MISSING where any type will do.
EXPT_API expt_code expt_snapshot_decide(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                                        const expt_input* input, expt_value_type expected, expt_decision* decision);

// Decides every flag, in the snapshot's order, and calls use(user, decision) for each; the decision is valid during the
// call.
typedef void (*expt_use_decision)(void* user, const expt_decision* decision);
EXPT_API expt_code expt_snapshot_decide_all(const expt_snapshot* snapshot, const expt_context* context,
                                            const expt_input* input, expt_use_decision use, void* user);

// The decision and every step that led to it, as one JSON object and as lines for people; either may be NULL.
// Attribute values appear in it: treat it like the context.
EXPT_API expt_code expt_snapshot_explain(const expt_snapshot* snapshot, expt_string flag, const expt_context* context,
                                         const expt_input* input, expt_text* json, expt_text* text);

// ---- The client

typedef int32_t expt_log_level;
enum { EXPT_LOG_DEBUG = 0, EXPT_LOG_INFO = 1, EXPT_LOG_WARNING = 2, EXPT_LOG_ERROR = 3 };
typedef void (*expt_log_function)(void* user, expt_log_level level, expt_string message);

// When events are written to disk; zero is the default.
typedef int32_t expt_durability;
enum { EXPT_DURABILITY_MEMORY = 1, EXPT_DURABILITY_FLUSH = 2, EXPT_DURABILITY_EVERY = 3 };

// Zero is the default of include/expt/options.h, which explains each.
typedef struct expt_client_options {
  size_t struct_size;
  expt_string url;
  expt_string key;
  expt_string root;  // bytes of a Root file
  expt_string expected_environment;
  expt_string data_directory;
  expt_string sdk;  // name of the binding in event batches; "c"
  int64_t poll_interval_ms;
  int64_t flush_interval_ms;
  uint64_t buffer_events;
  uint64_t buffer_bytes;
  uint64_t batch_events;
  uint64_t batch_bytes;
  uint64_t exposure_dedupe_entries;
  int64_t exposure_dedupe_ttl_ms;
  int64_t connect_timeout_ms;
  int64_t request_timeout_ms;
  int64_t retry_initial_ms;
  int64_t retry_max_ms;
  expt_log_function log;  // called on the client's own thread, never during an evaluation; must not end the client
  void* log_user;
  expt_string spool_directory;
  uint64_t spool_max_bytes;
  int64_t spool_interval_ms;
  int64_t spool_max_age_ms;
  int64_t first_send_spread_ms;  // 1 for none
  expt_durability spool_durability;
  expt_string bundle;  // bytes of a file that `expt fetch --bundle` wrote
  expt_string snapshot_url;
  expt_stale on_very_stale;
  bool without_stream;  // poll only
} expt_client_options;

// Keeps a fresh snapshot, decides, and reports. Thread-safe: every function but expt_client_free.
typedef struct expt_client expt_client;
// Checks the options and starts loading; never waits for the network.
// EXPT_INVALID_ARGUMENT for a wrong option, EXPT_FAILED_PRECONDITION when another client holds data_directory.
EXPT_API expt_code expt_client_open(const expt_client_options* options, expt_client** client, expt_error** error);
// Closes it, within 2 seconds where that was not done.
EXPT_API void expt_client_free(expt_client* client);

// Waits until a snapshot is installed. EXPT_DEADLINE_EXCEEDED when that did not happen in time.
EXPT_API expt_code expt_client_ready(expt_client* client, int64_t timeout_ms);

// As the functions of a snapshot, with the client's snapshot and clock, and reporting the exposure when the value was
// used. Take no lock and do no I/O. A text is copied, so that a new snapshot cannot take it away; `value` holds the
// fallback also where a code other than EXPT_OK is returned, unless `value` or the fallback itself is wrong.
EXPT_API bool expt_client_enabled(const expt_client* client, expt_string flag, const expt_context* context);
EXPT_API bool expt_client_boolean(const expt_client* client, expt_string flag, const expt_context* context,
                                  bool fallback);
EXPT_API int64_t expt_client_integer(const expt_client* client, expt_string flag, const expt_context* context,
                                     int64_t fallback);
EXPT_API double expt_client_double(const expt_client* client, expt_string flag, const expt_context* context,
                                   double fallback);
EXPT_API expt_code expt_client_string(const expt_client* client, expt_string flag, const expt_context* context,
                                      expt_string fallback, expt_text* value);
EXPT_API expt_code expt_client_json(const expt_client* client, expt_string flag, const expt_context* context,
                                    expt_string fallback, expt_text* value);
EXPT_API expt_code expt_client_variant(const expt_client* client, expt_string flag, const expt_context* context,
                                       expt_string fallback, expt_text* value);
// `record`: report the exposures. Without, expt_client_expose() does once the value is applied. `sticky`: what units
// were given before, or NULL.
EXPT_API expt_code expt_client_decide(const expt_client* client, expt_string flag, const expt_context* context,
                                      bool record, const expt_sticky* sticky, expt_decision* decision);
// Reports nothing. `sticky`, `json` and `text` may be NULL.
EXPT_API expt_code expt_client_explain(const expt_client* client, expt_string flag, const expt_context* context,
                                       const expt_sticky* sticky, expt_text* json, expt_text* text);
// The snapshot that decides now, for several decisions that must agree.
EXPT_API expt_code expt_client_pin(const expt_client* client, expt_snapshot** snapshot);

// Why an event was not accepted.
typedef int32_t expt_drop_reason;
enum {
  EXPT_DROP_NONE = 0,  // accepted
  EXPT_DROP_BUFFER_FULL = 1,
  EXPT_DROP_TOO_LARGE = 2,
  EXPT_DROP_REJECTED = 3,
  EXPT_DROP_CLOSED = 4,
  EXPT_DROP_SPOOL_FULL = 5,
  EXPT_DROP_EXPIRED = 6,
  EXPT_DROP_INVALID =
      7  // no unit id, name empty or over 128 bytes, value not finite, ...; also a wrong call, not counted
};
EXPT_API expt_string expt_drop_reason_name(expt_drop_reason reason);  // "buffer_full", ...

typedef struct expt_property {
  expt_string name;
  expt_value value;
} expt_property;
typedef struct expt_unit {
  expt_string unit_type;
  expt_string unit_id;
} expt_unit;
typedef struct expt_track_options {
  size_t struct_size;
  bool has_value;
  bool has_time;  // else now
  double value;
  int64_t time_ms;
  expt_string event_id;             // the same id is stored once; made by the client when empty
  const expt_property* properties;  // at most 16
  size_t property_count;
  const expt_unit* units;  // beside those of the context
  size_t unit_count;
} expt_track_options;
// Records a metric event for the units of `context`. `options` may be NULL.
EXPT_API expt_drop_reason expt_client_track(expt_client* client, expt_string name, const expt_context* context,
                                            const expt_track_options* options);

// Records the exposures of a decision that was taken without.
EXPT_API expt_drop_reason expt_client_expose(expt_client* client, const expt_decision* decision,
                                             const expt_context* context);

typedef struct expt_expose_options {
  size_t struct_size;
  bool has_time;
  int64_t time_ms;
  expt_string event_id;
} expt_expose_options;
// Records an assignment made elsewhere; needs a server key and a snapshot. `options` may be NULL.
EXPT_API expt_drop_reason expt_client_expose_assignment(expt_client* client, expt_string experiment,
                                                        expt_string variant, const expt_context* context,
                                                        const expt_expose_options* options);
// Says that the targeting key of `context` and (unit_type, unit_id) are one person.
EXPT_API expt_drop_reason expt_client_identify(expt_client* client, const expt_context* context, expt_string unit_type,
                                               expt_string unit_id);

// Waits until the event buffer has room for `events` more. EXPT_DEADLINE_EXCEEDED when that did not happen in time.
EXPT_API expt_code expt_client_wait_for_room(expt_client* client, size_t events, int64_t timeout_ms);

typedef struct expt_flush_report {
  size_t struct_size;
  uint64_t delivered;  // acknowledged during the call
  uint64_t rejected;   // refused by the server for good during the call
  uint64_t remaining;  // accepted and not yet acknowledged
} expt_flush_report;
// Sends what is buffered. EXPT_DEADLINE_EXCEEDED when events remained; the report, which may be NULL, is written also
// then.
EXPT_API expt_code expt_client_flush(expt_client* client, int64_t timeout_ms, expt_flush_report* report);

// Flushes, then stops the client's thread; evaluations still work. A second call does nothing. With a spool, what is
// not delivered stays on disk for the next client. EXPT_DEADLINE_EXCEEDED when events were lost; they are counted as
// dropped.
EXPT_API expt_code expt_client_close(expt_client* client, int64_t timeout_ms, expt_error** error);

typedef int32_t expt_state;
enum { EXPT_STATE_NOT_READY = 0, EXPT_STATE_FRESH = 1, EXPT_STATE_STALE = 2, EXPT_STATE_VERY_STALE = 3 };
EXPT_API expt_string expt_state_name(expt_state state);  // "not_ready", ...

// Where what is served came from.
typedef int32_t expt_source;
enum {
  EXPT_SOURCE_NONE = 0,
  EXPT_SOURCE_NETWORK = 1,
  EXPT_SOURCE_SAVED = 2,
  EXPT_SOURCE_PREVIOUS = 3,
  EXPT_SOURCE_BUNDLE = 4
};
EXPT_API expt_string expt_source_name(expt_source source);  // "none", "network", ...

// What is out of the ordinary: bits of expt_status_view.conditions.
typedef int32_t expt_condition;
enum {
  EXPT_CONDITION_REJECTED = 1,
  EXPT_CONDITION_RECOVERED = 2,
  EXPT_CONDITION_SAFE_MODE = 4,
  EXPT_CONDITION_CACHE_UNAVAILABLE = 8
};
EXPT_API expt_string expt_condition_name(expt_condition condition);  // of one bit: "rejected", ...

// How a client was at one moment. Immutable; thread-safe.
typedef struct expt_status expt_status;
EXPT_API expt_code expt_client_status(const expt_client* client, expt_status** status);
EXPT_API void expt_status_free(expt_status* status);

typedef struct expt_status_view {
  size_t struct_size;
  expt_string environment;  // id
  expt_string last_error;   // empty when the last attempt of each kind succeeded
  int64_t snapshot_version;
  int64_t age_ms;  // since the last verified Head; at first since the one on disk was issued, or since the opening
  uint64_t events_accepted;
  uint64_t events_delivered;  // stored for the first time
  uint64_t events_duplicate;
  uint64_t events_rejected;
  uint64_t exposures_suppressed;  // already sent within the dedupe window
  size_t drop_count;              // rows of expt_status_drop()
  expt_state state;
  int32_t last_load_step;  // 0 without a load error
  expt_load_code last_load_code;
  uint64_t events_spooled;  // on disk and not acknowledged, those of earlier processes included
  size_t load_count_count;  // rows of expt_status_load_count()
  const uint8_t* quarantined;  // 32 bytes: the digest that safe mode leaves out; else NULL
  expt_source source;
  int32_t conditions;  // EXPT_CONDITION_..., added
  bool is_streaming;   // new Heads come by themselves, and polls are rare
} expt_status_view;
EXPT_API expt_code expt_status_read(const expt_status* status, expt_status_view* view);

// Refusals and local failures since the client was opened, by code; those that happened.
typedef struct expt_load_count_view {
  size_t struct_size;
  uint64_t count;
  int32_t step;
  expt_load_code code;
} expt_load_count_view;
EXPT_API expt_code expt_status_load_count(const expt_status* status, size_t index, expt_load_count_view* view);

typedef int32_t expt_event_kind;
enum { EXPT_EVENT_EXPOSURE = 1, EXPT_EVENT_METRIC = 2, EXPT_EVENT_IDENTIFY = 3, EXPT_EVENT_SUMMARY = 4 };
typedef struct expt_drop_view {
  size_t struct_size;
  expt_string experiment;  // id; exposures only
  expt_string variant;
  uint64_t count;
  expt_drop_reason reason;
  expt_event_kind kind;
} expt_drop_view;
EXPT_API expt_code expt_status_drop(const expt_status* status, size_t index, expt_drop_view* view);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // EXPT_C_H_
