// watch_client URL KEY FLAG [bundle=FILE] [snapshot_url=URL]: a program with a client. Prints a line of JSON whenever
// what it serves changes, until standard input ends.
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "expt/client.h"

namespace {

std::string Line(const expt::Client& client, const std::string& flag) {
  const expt::ClientStatus status = client.Status();
  const expt::Snapshot snapshot = client.Pin();
  uint64_t mismatches = 0;
  for (const auto& row : status.load_counts) {
    if (row.code == expt::LoadCode::kDigestMismatch) mismatches = row.count;
  }
  return "{\"version\": " + std::to_string(status.snapshot_version) +
         ", \"epoch\": " + std::to_string(snapshot.epoch()) + ", \"source\": \"" +
         std::string(expt::SourceName(status.source)) + "\", \"mismatches\": " + std::to_string(mismatches) +
         ", \"value\": \"" +
         client.Value(flag, expt::Context("user-1"), "default") + "\"}";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  expt::ClientOptions options = {.url = argv[1], .key = argv[2]};
  options.poll_interval = options.retry_max = std::chrono::milliseconds(100);
  options.retry_initial = std::chrono::milliseconds(20);
  for (int i = 4; i < argc; ++i) {
    const std::string_view argument = argv[i];
    constexpr std::string_view kBundle = "bundle=";
    constexpr std::string_view kSnapshotUrl = "snapshot_url=";
    if (argument.starts_with(kBundle)) {
      std::ifstream in(argv[i] + kBundle.size(), std::ios::binary);
      options.bundle.assign(std::istreambuf_iterator<char>(in), {});
    } else if (argument.starts_with(kSnapshotUrl)) {
      options.snapshot_url = argument.substr(kSnapshotUrl.size());
    } else {
      return 2;
    }
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
