// A program to be killed: tracks numbered events through a spool and says which ones are safe.
//
//   tracker URL KEY DIRECTORY RUN EVENTS DURABILITY
//
// Event i of run r is the metric event "purchase" of value i with the id "<r>-<i>". EVENTS is how many at most; then, and
// when it is 0, everything in the spool is delivered and the client closed. Standard output, a line per write:
//
//   safe I        the events before the I-th are on disk, says Status(), or acknowledged
//   delivered     the spool is empty
//   closed TEXT   Close() has returned
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include "expt/client.h"

namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

void Say(std::string line) {
  line += '\n';
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(3);
}

uint64_t DoneOf(const expt::ClientStatus& status) {
  return status.events_delivered + status.events_duplicate + status.events_rejected;
}

// What earlier processes left, at least. An event that is delivered meanwhile is counted twice rather than not.
uint64_t LeftBehind(expt::Client& client) {
  // The second one returns after the background thread has opened the spool.
  client.Flush(milliseconds(2000));
  client.Flush(milliseconds(2000));
  const uint64_t spooled = client.Status().events_spooled;
  return spooled + DoneOf(client.Status());
}

// On disk or done with, at most: an event that is delivered meanwhile is not counted twice.
uint64_t Safe(const expt::Client& client) {
  const uint64_t done = DoneOf(client.Status());
  return done + client.Status().events_spooled;
}

void Deliver(expt::Client& client) {
  const Steady::time_point deadline = Steady::now() + std::chrono::seconds(20);
  while (client.Status().events_spooled != 0 && Steady::now() < deadline) {
    client.Flush(milliseconds(50));
    std::this_thread::sleep_for(milliseconds(5));
  }
  if (client.Status().events_spooled == 0) Say("delivered");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  expt::ClientOptions options;
  options.url = argv[1];
  options.key = argv[2];
  options.data_directory = argv[3];
  options.flush_interval = milliseconds(5);
  options.first_send_spread = milliseconds(0);
  options.retry_initial = milliseconds(10);
  options.retry_max = milliseconds(50);
  options.spool.interval = milliseconds(10);
  options.spool.durability = std::string(argv[6]) == "every" ? expt::SpoolOptions::Durability::kEvery
                                                             : expt::SpoolOptions::Durability::kFlush;
  const std::string run = argv[4];
  const uint64_t events = std::stoull(argv[5]);
  absl::StatusOr<expt::Client> client = expt::Client::Open(options);
  if (!client.ok()) {
    Say(client.status().ToString());
    return 1;
  }
  const uint64_t left_behind = LeftBehind(*client);
  uint64_t tracked = 0;
  while (tracked < events) {
    const uint64_t count = std::min<uint64_t>(events - tracked, 1 + tracked % 17);
    for (uint64_t i = 0; i < count; ++i, ++tracked) {
      const expt::Context unit("u" + std::to_string(tracked));
      const auto result = client->Track(
          "purchase", unit, {.value = static_cast<double>(tracked), .event_id = run + "-" + std::to_string(tracked)});
      if (!result.accepted()) return 4;
    }
    const Steady::time_point deadline = Steady::now() + std::chrono::seconds(5);
    while (Safe(*client) < left_behind + tracked && Steady::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    if (Safe(*client) >= left_behind + tracked) Say("safe " + std::to_string(tracked));
  }
  if (events == 0) {
    client->Ready(std::chrono::seconds(10));
    Deliver(*client);
  }
  const absl::Status closed = client->Close(std::chrono::seconds(2));
  if (closed.ok()) Say("safe " + std::to_string(tracked));
  Say("closed " + closed.ToString());
  return 0;
}
