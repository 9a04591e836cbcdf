// Takes event batches in: decodes, validates, corrects clocks, and acknowledges each event when it is durable.
//
//   auto ingest = Ingest::Open("/var/lib/exptd/events", {});
//   (*ingest)->Accept({.environment = "env_7f3a", .is_server_key = true, .key_id = "k1"}, body, now,
//                     [](absl::StatusOr<std::string> reply) { /* bytes of an EventBatchReply */ });
//
// A batch that can be read is answered event by event (stored, duplicate, rejected with a code); one bad event never
// costs the others. docs/events.md lists the codes.
#ifndef EXPT_CONTROL_PLANE_INGEST_INGEST_H_
#define EXPT_CONTROL_PLANE_INGEST_INGEST_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/storage/event_log.h"
#include "control-plane/storage/event_reader.h"
#include "expt/snapshot.h"

namespace expt::ingest {

// Who sends, as authentication found out.
struct Sender {
  std::string environment;  // id
  bool is_server_key = false;
  std::string key_id;
};

struct IngestOptions {
  storage::EventLogOptions log;
};

// What became of all events of an environment, from the counters that are written with them.
struct AccountingReport {
  struct Received {
    std::string kind;     // "exposure", "metric", "identify", "summary", "unreadable"
    std::string outcome;  // "stored", "stored_time_suspect", "duplicate", "rejected", "conflict"
    std::string experiment;
    std::string variant;
    int64_t count = 0;
  };
  struct Dropped {  // as clients declare
    std::string kind;
    std::string reason;  // "buffer_full", ...
    std::string experiment;
    std::string variant;
    int64_t count = 0;
  };
  std::vector<Received> received;
  std::vector<Dropped> dropped;
};

struct QuarantinedEvent {
  std::string code;
  std::string text;
  std::string sender;  // "python 1.2.0"
  std::string bytes;   // at most 16 KiB of the event as sent
  Time first_seen;
  Time last_seen;
  int64_t count = 0;
};

// Thread-safe.
class Ingest {
 public:
  // `directory` holds the event log; it is made when missing.
  // Errors: as EventLog::Open.
  static absl::StatusOr<std::unique_ptr<Ingest>> Open(const std::string& directory, IngestOptions options);
  // As Close().
  ~Ingest();

  using Done = std::function<void(absl::StatusOr<std::string>)>;
  // `body` is a plain EventBatch. Calls `done` exactly once: on the log's writer thread when the batch is durable, with
  // an encoded EventBatchReply; or with an error, then perhaps on the calling thread before Accept returns. `done` must
  // not block.
  //
  // Errors: kInvalidArgument (the body is no batch, or over a limit of batches; it is in quarantine),
  // kResourceExhausted (queue full: answer 429 and Retry-After), kUnavailable (disk full or failing: 503),
  // kFailedPrecondition (closed). After an error nothing of the batch is stored; the sender keeps it.
  void Accept(const Sender& sender, std::string body, Time received, Done done);

  absl::StatusOr<AccountingReport> Accounting(std::string_view environment) const;
  // Newest first, at most `limit`.
  absl::StatusOr<std::vector<QuarantinedEvent>> Quarantine(std::string_view environment, int64_t limit) const;

  // Takes nothing more, makes durable and answers what was accepted.
  void Close();

 private:
  Ingest(std::unique_ptr<storage::EventLog> log, const std::string& directory);
  std::unique_ptr<storage::EventLog> log_;
  storage::EventReader reader_;
};

}  // namespace expt::ingest

#endif  // EXPT_CONTROL_PLANE_INGEST_INGEST_H_
