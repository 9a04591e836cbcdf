// The whole of `exptd serve` in one object: opens the data directory, signs Heads, serves until it is stopped.
//
//   auto daemon = Daemon::Start({.data = "/var/lib/exptd", .dev = true});
//   (*daemon)->url();           // "http://127.0.0.1:8080"
//   (*daemon)->setup_token();   // on the first run
//   (*daemon)->Stop();
//
//   DIR/lock         held while it runs: one process per directory
//   DIR/state.db     documents, credentials, publishes, audit
//   DIR/blobs/       signed snapshots by digest
//   DIR/keys/        signing keys (mode 0600) and Root files
//   DIR/events/      the event log
//   DIR/audit-heads.jsonl  signed heads of the audit
//   DIR/analysis.db  sums for results; may be deleted while it does not run
#ifndef EXPT_CONTROL_PLANE_DAEMON_H_
#define EXPT_CONTROL_PLANE_DAEMON_H_

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "control-plane/api/head_streams.h"
#include "control-plane/api/log.h"
#include "control-plane/auth/gate.h"
#include "control-plane/http/server.h"
#include "control-plane/ingest/ingest.h"
#include "control-plane/service/people.h"

namespace expt {

struct DaemonOptions {
  std::string data;        // the directory; made when it is missing
  std::string export_folder;  // gets each snapshot by digest, for web servers; empty: nowhere
  std::string public_url;  // as others reach the server; empty: not known
  // Root and keys are made on the first run and kept in DIR/keys. Without it the three files are needed.
  bool dev = false;
  std::string root;
  std::vector<std::string> head_keys;
  std::vector<std::string> snapshot_keys;
  std::chrono::milliseconds head_interval{60'000};
  std::chrono::milliseconds ring_interval{1'000};     // between two looks at publishes that go out in rings
  std::chrono::milliseconds ring_settle{6 * 60'000};  // so long after the start nobody is taken for missing
  std::chrono::milliseconds agenda_interval{1'000};   // between two looks at what is scheduled
  http::ServerOptions server = {};
  api::StreamLimits streams = {};
  auth::GateOptions gate = {};  // behind_proxy, public_url and session_max are taken from the others
  service::PeopleOptions people = {};
  ingest::IngestOptions ingest = {};
  std::chrono::milliseconds accounting_interval = std::chrono::hours(1);  // between two checks of the event counters
  std::chrono::milliseconds usage_interval{30'000};     // between two copies of what was evaluated
  std::chrono::milliseconds override_interval{60'000};  // between two looks for overrides that have expired
  std::chrono::milliseconds schedule_interval = std::chrono::seconds(5);  // between two looks at what is due
  std::chrono::milliseconds guardrail_interval = std::chrono::minutes(1);  // between two looks at guardrails
  std::FILE* log = stderr;      // null: no log
  api::LogLevel log_level = api::LogLevel::kInfo;
};

// Thread-safe. The destructor stops.
class Daemon {
 public:
  // Serves when it returns.
  //
  // Errors: kInvalidArgument (options), kFailedPrecondition (the directory is held by another exptd, an address that
  // is not for plain HTTP), and those of the parts.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(const DaemonOptions& options);
  ~Daemon();

  std::string url() const;
  // On the first run, until setup is done.
  const std::optional<std::string>& setup_token() const;

  // Lets running requests finish for up to `grace`, makes what was accepted durable, stops all threads.
  void Stop(std::chrono::milliseconds grace = std::chrono::seconds(10));

 private:
  class Parts;
  explicit Daemon(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace expt

#endif  // EXPT_CONTROL_PLANE_DAEMON_H_
