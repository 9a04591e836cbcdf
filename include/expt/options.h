// How a client is opened.
#ifndef EXPT_OPTIONS_H_
#define EXPT_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expt/assignment_store.h"
#include "expt/clock.h"
#include "expt/event_sink.h"
#include "expt/hook.h"
#include "expt/snapshot.h"
#include "expt/transport.h"

namespace expt {
inline namespace v1 {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };

// Where events wait for the server, so that a crash, a restart or a long outage loses none of them.
// docs/events.md has the format of its files.
struct SpoolOptions {
  // Empty: the folder "spool" in data_directory; without that, events wait in memory only. Several processes may share
  // it: each takes a folder of its own in it, and what a process that is gone left there is sent by another.
  std::string directory = {};

  // Of one process. When it is full the oldest file of about 1 MiB is dropped and counted. At least 2 MiB.
  uint64_t max_bytes = 64u << 20;

  // kMemory: no files. kFlush: events are written and synced together, every `interval` and when somebody flushes.
  // kEvery: as soon as the background thread sees them.
  enum class Durability : uint8_t { kMemory, kFlush, kEvery };
  Durability durability = Durability::kFlush;
  std::chrono::milliseconds interval{200};

  // What is older is dropped and counted when a client opens.
  std::chrono::milliseconds max_age = std::chrono::hours(14 * 24);
};

struct ClientOptions {
  // Where exptd (or a proxy for it) answers, such as "https://flags.example.com".
  std::string url = {};

  // Where Snapshots are fetched first: "<snapshot_url>/<digest>", the digest of 64 hexadecimal digits, from a CDN or any
  // web server on a directory that `exptd serve --export` fills. The key is not sent there. What is missing there,
  // late or not the right bytes is fetched from `url`. Empty: always from there.
  std::string snapshot_url = {};

  // "expt1.<srv|cli>.<environment>.<key id>.<root version>.<root digest>.<secret>", as the control plane shows it.
  // It says who may read and pins the Root; only its last part is secret, and it is never logged.
  std::string key = {};

  // Bytes of a Root file to trust instead of the pin in `key`. Empty: fetched and checked against the pin.
  std::string root = {};

  // Refuse to open when the key is for another environment id. Empty: no check.
  std::string expected_environment = {};

  // A signed snapshot and its Roots that the program brings along, for a start without network and without a data
  // directory: the bytes of a file that `expt fetch --bundle` wrote, or of MakeBundle(). Checked like any other
  // snapshot; nothing older is accepted from then on.
  std::string bundle = {};

  // Directory for the last-known-good snapshot, the floor, and events (see `spool`), created with mode 0700 when
  // missing, one per process at a time. Empty: everything stays in memory.
  std::string data_directory = {};

  // Between two looks for a new Head; the server's hint wins when it is longer. At least 100 ms.
  std::chrono::milliseconds poll_interval{30'000};

  // What evaluations do when no Head was verified for 24 hours (ClientStatus::State::kVeryStale), until one is: go on,
  // yield the caller's defaults, or serve the off variants of flags marked fail_closed. Set it where old flags do more
  // harm than none; whoever can keep the server away from a client can bring it about.
  Overlay::Stale on_very_stale = Overlay::Stale::kKeep;

  // Let the server push new Heads, with a server key. Polls go on, but rarely, and come back when the stream fails.
  bool stream = true;

  // Longest time an event waits for company before it is sent.
  std::chrono::milliseconds flush_interval{1'000};

  // Bounds of the event buffer; what does not fit is dropped and counted.
  size_t buffer_events = 10'000;
  size_t buffer_bytes = 4u << 20;

  // Bounds of one upload. At most 500 and 512 KiB.
  size_t batch_events = 500;
  size_t batch_bytes = 512u << 10;

  // The events of a starting program are sent after a random wait up to this, so that a fleet that restarts does not
  // send all at once. Flush() and Close() do not wait, nor does a buffer that is half full.
  std::chrono::milliseconds first_send_spread{10'000};

  SpoolOptions spool = {};

  // Exposures remembered so that the same one is not sent again, and for how long.
  size_t exposure_dedupe_entries = 100'000;
  std::chrono::milliseconds exposure_dedupe_ttl{3'600'000};

  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds request_timeout{10'000};

  // First and longest wait after a failure; full jitter in between. A server's Retry-After wins.
  std::chrono::milliseconds retry_initial{1'000};
  std::chrono::milliseconds retry_max{300'000};

  // Called from the background thread, never during an evaluation. It may destroy the client or call Close(), which then
  // flushes nothing.
  std::function<void(LogLevel, std::string_view)> log = {};

  // Seams. Null: libcurl, the machine's clocks. A transport serves one client: closing the client cancels it.
  std::shared_ptr<Transport> transport = {};
  std::shared_ptr<Clock> clock = {};

  // Takes the events instead of the control plane. It serves one client: closing the client cancels it.
  std::shared_ptr<EventSink> event_sink = {};

  // Keeps the assignments of sticky experiments; Client::Assignments() reads it. Null: they are not kept.
  std::shared_ptr<AssignmentStore> assignment_store = {};

  // Called around every evaluation, at most kMaxHooks.
  std::vector<std::shared_ptr<EvaluationHook>> hooks = {};

  // Name of the binding in event batches.
  std::string sdk = "cpp";
};

// The bytes for ClientOptions::bundle: a whole snapshot file, and whole Root files in the order of their versions, from
// the one that SDK keys pin to the newest.
std::string MakeBundle(std::string_view snapshot, std::span<const std::string> roots);

}  // namespace v1
}  // namespace expt

#endif  // EXPT_OPTIONS_H_
