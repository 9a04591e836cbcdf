// A client: keeps a fresh snapshot, decides, and reports.
//
//   auto client = expt::Client::Open({.url = "https://flags.example.com", .key = key});
//   if (!client.ok()) return client.status();            // wrong options only
//   client->Ready(2s);
//   if (client->Enabled("new-checkout", user)) ...
//
// Evaluation is local: it takes no lock, does no I/O and never fails. Whatever goes wrong, it yields the caller's
// default and says why. Everything else happens on one background thread.
#ifndef EXPT_CLIENT_H_
#define EXPT_CLIENT_H_

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "expt/context.h"
#include "expt/decision.h"
#include "expt/evaluate.h"
#include "expt/event.h"
#include "expt/options.h"
#include "expt/snapshot.h"

namespace expt {
namespace client {
class Core;
struct Access;
}  // namespace client

inline namespace v1 {

// Evaluation summaries, which the client makes by itself, are delivered too but not counted in the fields below; what
// is dropped of them is.
struct FlushReport {
  uint64_t delivered = 0;  // events acknowledged as stored or duplicate during the call
  uint64_t rejected = 0;   // refused by the server for good during the call
  uint64_t remaining = 0;  // accepted and not yet acknowledged
};

struct ClientStatus {
  // Fresh: a Head was verified in the last 15 minutes. Very stale: none in the last 24 hours.
  enum class State : uint8_t { kNotReady, kFresh, kStale, kVeryStale };
  State state = State::kNotReady;
  std::string environment;  // id
  int64_t snapshot_version = 0;
  bool is_streaming = false;  // new Heads come by themselves, and polls are rare
  // Where what is served came from. Saved, previous: the last known good snapshot of data_directory, the one before.
  enum class Source : uint8_t { kNone, kNetwork, kSaved, kPrevious, kBundle };
  Source source = Source::kNone;
  // What is out of the ordinary; docs/client.md tells what follows from it.
  enum class Condition : uint8_t {
    kRejected,          // the newest Head or Snapshot was refused: last_load_error
    kRecovered,         // a file of data_directory was damaged; `source` tells what serves instead
    kSafeMode,          // a snapshot that ended the process is left out: `quarantined`
    kCacheUnavailable,  // data_directory cannot be written
  };
  std::vector<Condition> conditions;  // ascending, each at most once
  std::optional<Digest> quarantined;  // of safe mode
  // Since the last verified Head; at first since the one that data_directory remembers was issued, or since Open().
  std::chrono::milliseconds age{0};
  std::string last_error;             // empty when the last attempt of each kind succeeded
  std::optional<LoadError> last_load_error;
  struct LoadCount {
    int step;
    LoadCode code;
    uint64_t count;
  };
  std::vector<LoadCount> load_counts;  // refusals and local failures since Open(), by code; those that happened
  uint64_t events_accepted = 0;
  // Of this client and of earlier ones that left events in the spool.
  uint64_t events_delivered = 0;  // stored for the first time
  uint64_t events_duplicate = 0;
  uint64_t events_rejected = 0;
  uint64_t events_spooled = 0;  // on disk and not acknowledged, those of earlier processes included
  uint64_t exposures_suppressed = 0;  // already sent within the dedupe window
  struct Drop {
    DropReason reason;
    EventKind kind;
    std::string experiment;  // id; exposures only
    std::string variant;
    uint64_t count;
  };
  std::vector<Drop> drops;
  uint64_t assignments_saved = 0;    // by the AssignmentStore
  uint64_t assignments_dropped = 0;  // too many waited for it, or it never took them
};
std::string_view StateName(ClientStatus::State state);  // "not_ready", "fresh", "stale", "very_stale"
std::string_view SourceName(ClientStatus::Source source);  // "none", "network", "saved", "previous", "bundle"
// "rejected", "recovered", "safe_mode", "cache_unavailable"
std::string_view ConditionName(ClientStatus::Condition condition);

struct DecideOptions {
  bool record = true;                         // report the exposures of the decision
  const StickyAssignments* sticky = nullptr;  // what units were given before
  bool age = true;                            // tell OwnedDecision::age(), for one reading of the clock
};

// Files that `expt fetch --snapshot FILE --root FILE` wrote.
struct SnapshotFiles {
  std::string snapshot = {};
  std::string root = {};         // trusted as it is: from a trusted place
  std::string environment = {};  // id; empty takes any of the Root's
};

// Thread-safe. Movable; a moved-from client may only be destroyed or assigned to.
// The destructor is Close(2s). A callback or a hook may destroy the client that calls it.
class Client {
 public:
  // Checks the options and starts loading; never waits for the network.
  //
  // Errors: kInvalidArgument for a wrong option, kFailedPrecondition when another process holds data_directory.
  static absl::StatusOr<Client> Open(ClientOptions options);

  // Answers with `flags`, for tests of programs: ready at once, without thread, network or disk. Every context gets
  // the value that stands beside the flag's key, by the real engine; everything else gets the caller's default. Events
  // are taken and forgotten. testing.h has flags that change and events that can be looked at.
  //
  //   expt::Client client = expt::Client::Fixed({{"new-checkout", true}, {"page-size", 50}});
  //
  // A flag that cannot be (an empty key, a list of strings) is left out and named in last_error.
  static Client Fixed(std::initializer_list<Attribute> flags);
  static Client Fixed(std::span<const Attribute> flags);

  // Decides with the snapshot of a file, verified like any other: for tools, tests, and machines without a network.
  // Ready at once, without thread, network or data directory. Events are taken and forgotten.
  //
  // Errors: kNotFound, kUnavailable where a file cannot be read; those of Root::Parse and Snapshot::Parse.
  static absl::StatusOr<Client> FromFile(const SnapshotFiles& files);

  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  // Waits until a snapshot is installed. False when that did not happen in time.
  bool Ready(std::chrono::milliseconds timeout);

  // The value of a boolean flag; false when nothing decides.
  bool Enabled(FlagRef flag, const Context& context, const DecideOptions& options = {}) const;

  // The value; `fallback` when nothing decides or the flag is of another type than `fallback`.
  bool Value(FlagRef flag, const Context& context, bool fallback, const DecideOptions& options = {}) const;
  // Also outside the range of int: fallback.
  int Value(FlagRef flag, const Context& context, int fallback, const DecideOptions& options = {}) const;
  int64_t Value(FlagRef flag, const Context& context, int64_t fallback, const DecideOptions& options = {}) const;
  double Value(FlagRef flag, const Context& context, double fallback, const DecideOptions& options = {}) const;
  std::string Value(FlagRef flag, const Context& context, const char* fallback,
                    const DecideOptions& options = {}) const;
  std::string Value(FlagRef flag, const Context& context, std::string_view fallback,
                    const DecideOptions& options = {}) const;
  std::string Value(FlagRef flag, const Context& context, const std::string& fallback,
                    const DecideOptions& options = {}) const;
  // JSON flags; `fallback` must be a JSON value or of the flag's type.
  expt::Value Value(FlagRef flag, const Context& context, const expt::Value& fallback,
                    const DecideOptions& options = {}) const;

  // The variant key; `fallback` when nothing decides.
  std::string Variant(FlagRef flag, const Context& context, std::string_view fallback,
                      const DecideOptions& options = {}) const;

  // Everything about one decision. Owns its bytes.
  OwnedDecision Decide(FlagRef flag, const Context& context, DecideOptions options = {}) const;

  // Records no exposure.
  Explanation Explain(FlagRef flag, const Context& context, const StickyAssignments* sticky = nullptr) const;

  // Every flag's decision, in the snapshot's order. Records no exposure; Expose() does when one is applied.
  std::vector<OwnedDecision> All(const Context& context, const StickyAssignments* sticky = nullptr) const;

  // The snapshot that evaluations use now, for several consistent decisions with expt::Evaluate.
  Snapshot Pin() const;

  // What the AssignmentStore keeps for the units of `context`: its targeting key and every attribute that the snapshot
  // declares a unit type. Waits as long as the store does; pass the result to the evaluations of one request.
  //
  // Errors: of the store; kFailedPrecondition without one.
  absl::StatusOr<StickyAssignments> Assignments(const Context& context) const;

  // Records a metric event for the units of `context`. Never blocks on the network.
  TrackResult Track(std::string_view name, const Context& context, const TrackOptions& options = {});

  // Records the exposures of a decision that was taken without.
  TrackResult Expose(const Decision& decision, const Context& context);

  // Records an assignment made elsewhere: `experiment` and `variant` are keys, the unit is the context's targeting key
  // unless the snapshot's experiment buckets by another attribute. Needs a server key and an installed snapshot.
  TrackResult Expose(std::string_view experiment, std::string_view variant, const Context& context,
                     const ExposeOptions& options = {});

  // Says that the targeting key of `context` and (unit_type, unit_id) are one person.
  TrackResult Identify(const Context& context, std::string_view unit_type, std::string_view unit_id);

  // Waits until the event buffer has room for `events` more. False when that did not happen in time.
  bool WaitForRoom(size_t events, std::chrono::milliseconds timeout);

  // Sends what is buffered and in flight; returns when all is acknowledged or the time is over.
  FlushReport Flush(std::chrono::milliseconds timeout);

  // Flush, then stops the background thread. With a spool, what is not delivered stays on disk for the next client:
  // Status().events_spooled; one attempt that fails is enough then. A second call does nothing and returns OK.
  // kDeadlineExceeded when events were lost; Status() counts them as drops. kFailedPrecondition from a callback of the
  // background thread, which cannot wait for itself: it ends when the callback returns, and nothing is flushed.
  absl::Status Close(std::chrono::milliseconds timeout);

  ClientStatus Status() const;

 private:
  friend struct client::Access;
  explicit Client(std::shared_ptr<client::Core> core);
  std::shared_ptr<client::Core> core_;
};

}  // namespace v1
}  // namespace expt

#endif  // EXPT_CLIENT_H_
