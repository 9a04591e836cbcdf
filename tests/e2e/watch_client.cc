// watch_client URL KEY FLAG [BUNDLE]: a program with a client. Prints a line of JSON whenever what it serves changes,
// until standard input ends.
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "expt/client.h"

namespace {

std::string Line(const expt::Client& client, const std::string& flag) {
  const expt::ClientStatus status = client.Status();
  const expt::Snapshot snapshot = client.Pin();
  return "{\"version\": " + std::to_string(status.snapshot_version) +
         ", \"epoch\": " + std::to_string(snapshot.epoch()) + ", \"source\": \"" +
         std::string(expt::SourceName(status.source)) + "\", \"value\": \"" +
         client.Value(flag, expt::Context("user-1"), "default") + "\"}";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  expt::ClientOptions options = {.url = argv[1], .key = argv[2]};
  options.poll_interval = options.retry_max = std::chrono::milliseconds(100);
  options.retry_initial = std::chrono::milliseconds(20);
  if (argc > 4) {
    std::ifstream in(argv[4], std::ios::binary);
    options.bundle.assign(std::istreambuf_iterator<char>(in), {});
  }
  absl::StatusOr<expt::Client> client = expt::Client::Open(options);
  if (!client.ok()) {
    std::fprintf(stderr, "%s\n", std::string(client.status().message()).c_str());
    return 1;
  }
  std::string last;
  pollfd input = {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  do {
    const std::string line = Line(*client, argv[3]);
    if (line != last) {
      std::printf("%s\n", line.c_str());
      std::fflush(stdout);
      last = line;
    }
  } while (poll(&input, 1, 50) == 0);
  return 0;
}
