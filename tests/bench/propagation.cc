// Says when a client evaluates a new value: propagation URL KEY FLAG (stream | POLL_MILLISECONDS)
//
// Evaluates the integer flag all the time, as a program does, and prints a line "VALUE NANOSECONDS" when its value is
// another one, by the monotonic clock that all processes share. Ends with standard input. Run by propagation.py.
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "expt/client.h"

namespace {

using namespace std::chrono_literals;

int Run(expt::ClientOptions options, const std::string& flag) {
  absl::StatusOr<expt::Client> client = expt::Client::Open(std::move(options));
  if (!client.ok()) {
    std::fprintf(stderr, "propagation: %s\n", std::string(client.status().message()).c_str());
    return 1;
  }
  const expt::Context user("u1");
  int64_t last = -1;
  pollfd input = {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  do {
    const int64_t value = client->Value(flag, user, int64_t{-1});
    if (value == last) continue;
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    std::printf("%lld %lld\n", static_cast<long long>(value),
                static_cast<long long>(std::chrono::nanoseconds(now).count()));
    std::fflush(stdout);
    last = value;
  } while (poll(&input, 1, /*ms=*/1) == 0);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: propagation URL KEY FLAG (stream | POLL_MILLISECONDS)\n");
    return 2;
  }
  expt::ClientOptions options = {.url = argv[1], .key = argv[2]};
  options.stream = std::string_view(argv[4]) == "stream";
  if (!options.stream) options.poll_interval = std::chrono::milliseconds(std::atoi(argv[4]));
  return Run(std::move(options), argv[3]);
}
