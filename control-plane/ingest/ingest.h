// Takes event batches in: decodes, validates, corrects clocks, and acknowledges each event when it is durable.
//
//   auto ingest = Ingest::Open("/var/lib/exptd/events", {});
//   if (absl::Status status = (*ingest)->Admit(sender, now); !status.ok()) ...   // before the body is even inflated
//   (*ingest)->Accept({.environment = "env_7f3a", .is_server_key = true, .key_id = "k1"}, body, now,
//                     [](absl::StatusOr<std::string> reply) { /* bytes of an EventBatchReply */ });
//
// A batch that can be read is answered event by event (stored, duplicate, rejected with a code, retry); one bad event
// never costs the others. docs/events.md lists the codes.
#ifndef EXPT_CONTROL_PLANE_INGEST_INGEST_H_
#define EXPT_CONTROL_PLANE_INGEST_INGEST_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/ingest/admission.h"
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
  storage::EventLogOptions log = {};
  AdmissionOptions admission = {};
};

// Why a whole batch was refused.
enum class BatchRefusal : uint8_t { kKeyTooFast, kTooFarBehind, kDisk, kUnreadable, kTooLarge };
inline constexpr size_t kBatchRefusals = 5;
std::string_view Name(BatchRefusal refusal);  // "key_too_fast", ...

// What became of all events of an environment, from the counters that are written with them.
//
//   accepted = stored (and stored_time_suspect) + duplicate + quarantined (rejected, conflict) + expired
struct AccountingReport {
  struct Received {
    std::string kind;     // "exposure", "metric", "identify", "summary", "unreadable"
    std::string outcome;  // "stored", "stored_time_suspect", "duplicate", "rejected", "conflict", "expired"
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
  // Exposures of one variant of an experiment, over all its phases.
  struct Arm {
    std::string experiment;  // id
    std::string variant;
    int64_t accepted = 0;
    int64_t stored = 0;  // with a suspect time, too
    int64_t duplicate = 0;
    int64_t quarantined = 0;
    int64_t expired = 0;
    int64_t dropped = 0;  // as clients declare, but for what was rejected: that is in quarantine
    int64_t lost() const { return quarantined + expired + dropped; }
    bool operator==(const Arm&) const = default;
  };
  int64_t accepted = 0;
  std::vector<Received> received;
  std::vector<Dropped> dropped;
  std::vector<Arm> arms;  // by experiment and variant
  storage::SequenceSums sequences;

  // Of all kinds: refused here, or dropped by clients.
  int64_t known_lost() const;
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

  // Whether a batch of `sender` is taken in now. Call it before the work of inflating and reading one.
  //
  // Errors: kResourceExhausted (this key sends too fast: answer 429), kUnavailable (too far behind: 503).
  absl::Status Admit(const Sender& sender, Time now);

  using Done = std::function<void(absl::StatusOr<std::string>)>;
  // `body` is a plain EventBatch. Calls `done` exactly once: on the log's writer thread when the batch is durable, with
  // an encoded EventBatchReply; or with an error, then perhaps on the calling thread before Accept returns. `done` must
  // not block. While the log is behind, only exposures are taken, and the rest is answered "retry".
  //
  // Errors: kInvalidArgument (the body is no batch, or holds too many events) and kOutOfRange (it is too large); both
  // are in quarantine. kUnavailable (queue full, disk full or failing: answer 503 and Retry-After), kFailedPrecondition
  // (closed). After an error nothing of the batch is stored; the sender keeps it.
  void Accept(const Sender& sender, std::string body, Time received, Done done);

  absl::StatusOr<AccountingReport> Accounting(std::string_view environment) const;
  // As EventReader::CheckAccounting.
  absl::StatusOr<std::vector<storage::AccountingFault>> CheckAccounting() const { return reader_.CheckAccounting(); }
  // Newest first, at most `limit`.
  absl::StatusOr<std::vector<QuarantinedEvent>> Quarantine(std::string_view environment, int64_t limit) const;

  // What was answered since the process started: for a gauge, not for accounts.
  uint64_t answered(storage::EventOutcome outcome) const { return answered_[static_cast<size_t>(outcome)]; }
  uint64_t shed_events() const { return shed_; }  // answered "retry"
  uint64_t refused_batches(BatchRefusal refusal) const { return refused_[static_cast<size_t>(refusal)]; }
  std::chrono::duration<double> ExpectedWait() const { return log_->ExpectedWait(); }

  // Takes nothing more, makes durable and answers what was accepted.
  void Close();

 private:
  Ingest(std::unique_ptr<storage::EventLog> log, const std::string& directory, const IngestOptions& options);
  void RefuseBatch(storage::EventAppend append, std::string_view code, const absl::Status& cause, BatchRefusal refusal,
                   const Done& done);
  void Append(storage::EventAppend append, const Done& done);
  void Refused(BatchRefusal refusal) { ++refused_[static_cast<size_t>(refusal)]; }
  void Answered(const std::vector<storage::EventOutcome>& outcomes, size_t shed);

  Admission admission_;
  std::array<std::atomic<uint64_t>, storage::kEventOutcomes> answered_{};
  std::atomic<uint64_t> shed_{0};
  std::array<std::atomic<uint64_t>, kBatchRefusals> refused_{};
  storage::EventReader reader_;
  std::unique_ptr<storage::EventLog> log_;  // last: its writer calls back into the rest until it is gone
};

}  // namespace expt::ingest

#endif  // EXPT_CONTROL_PLANE_INGEST_INGEST_H_
