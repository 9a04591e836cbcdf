// A program to be killed: installs what its server publishes and what its data directory holds.
//
//   installer URL KEY DIRECTORY READY_MS STAY_MS
//
// Waits READY_MS at most for a first snapshot, and stays for STAY_MS then.
// Standard output, a line per write:
//
//   serves VERSION    a snapshot of that version was installed
//   closed VERSION    Close() has returned; VERSION was served last, 0 for none
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "expt/client.h"

namespace {

using std::chrono::milliseconds;

void Say(std::string line) {
  line += '\n';
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(3);
}

// The minute for which a new snapshot is on trial passes in a tenth of a second.
class FastClock : public expt::Clock {
 public:
  expt::Time Now() override { return expt::SystemClock()->Now(); }
  milliseconds Monotonic() override { return expt::SystemClock()->Monotonic() * 600; }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  expt::ClientOptions options;
  options.url = argv[1];
  options.key = argv[2];
  options.data_directory = argv[3];
  options.clock = std::make_shared<FastClock>();
  absl::StatusOr<expt::Client> client = expt::Client::Open(options);
  if (!client.ok()) {
    Say(client.status().ToString());
    return 1;
  }
  client->Ready(milliseconds(std::stoll(argv[4])));
  const auto end = std::chrono::steady_clock::now() + milliseconds(std::stoll(argv[5]));
  int64_t served = 0;
  do {
    const int64_t version = client->Status().snapshot_version;
    if (version != served) Say("serves " + std::to_string(version));
    served = version;
    std::this_thread::sleep_for(milliseconds(1));
  } while (std::chrono::steady_clock::now() < end);
  if (const absl::Status closed = client->Close(milliseconds(1000)); !closed.ok()) return 4;
  Say("closed " + std::to_string(client->Status().snapshot_version));
  return 0;
}
