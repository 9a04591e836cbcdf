// Tracks numbered events through a spool and says which were accepted: something to kill.
//
//   spool_writer URL KEY DIRECTORY [--events N] [--first N] [--pause MICROSECONDS] [--durability flush|every|memory]
//                [--interval MILLISECONDS] [--close MILLISECONDS]
//
// Event i is a metric event "event-<i>" with event id "<DIRECTORY's last part>-<i>". Standard output, unbuffered, has a
// line for each accepted one, written after Track() returned:
//
//   ready | accepted <i> | dropped <i> <reason> | spooled <count> | closed <status>
//
// Without --events it goes on until it is killed. An event that finds the buffer full is tried again.
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <thread>

#include "expt/client.h"

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

struct Arguments {
  expt::ClientOptions options;
  uint64_t events = std::numeric_limits<uint64_t>::max();
  uint64_t first = 0;
  microseconds pause{0};
  milliseconds close{2'000};
};

uint64_t NumberOf(std::string_view text) {
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool Read(int argc, char** argv, Arguments& arguments) {
  if (argc < 4) return false;
  arguments.options.url = argv[1];
  arguments.options.key = argv[2];
  arguments.options.data_directory = argv[3];
  arguments.options.first_send_spread = milliseconds(0);
  for (int i = 4; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string_view text = argv[i + 1];
    const auto value = static_cast<int64_t>(NumberOf(text));
    if (name == "--events") {
      arguments.events = NumberOf(text);
    } else if (name == "--first") {
      arguments.first = NumberOf(text);
    } else if (name == "--pause") {
      arguments.pause = microseconds(value);
    } else if (name == "--interval") {
      arguments.options.spool.interval = milliseconds(value);
    } else if (name == "--close") {
      arguments.close = milliseconds(value);
    } else if (name == "--durability") {
      using Durability = expt::SpoolOptions::Durability;
      arguments.options.spool.durability = text == "memory"  ? Durability::kMemory
                                           : text == "every" ? Durability::kEvery
                                                             : Durability::kFlush;
    } else {
      return false;
    }
  }
  return argc % 2 == 0;
}

// One write, so that a kill leaves whole lines.
void Say(std::string line) {
  line += '\n';
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(3);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!Read(argc, argv, arguments)) {
    constexpr std::string_view kUsage = "usage: spool_writer URL KEY DIRECTORY [--events N] [--first N] ...\n";
    return write(STDERR_FILENO, kUsage.data(), kUsage.size()) < 0 ? 3 : 2;
  }
  std::string prefix = arguments.options.data_directory;
  prefix = prefix.substr(prefix.rfind('/') + 1) + "-";
  absl::StatusOr<expt::Client> client = expt::Client::Open(arguments.options);
  if (!client.ok()) {
    Say("error " + client.status().ToString());
    return 1;
  }
  Say("ready");
  const expt::Context user("user-1");
  for (uint64_t i = arguments.first; i - arguments.first < arguments.events; ++i) {
    const std::string number = std::to_string(i);
    const std::string name = "event-" + number;
    const std::string id = prefix + number;
    while (true) {
      const expt::TrackResult result = client->Track(name, user, {.event_id = id});
      if (result.accepted()) break;
      Say("dropped " + number + " " + std::string(expt::DropReasonName(result.dropped)));
      client->WaitForRoom(1, milliseconds(100));
    }
    Say("accepted " + number);
    if (arguments.pause.count() > 0) std::this_thread::sleep_for(arguments.pause);
  }
  const absl::Status closed = client->Close(arguments.close);
  Say("spooled " + std::to_string(client->Status().events_spooled));
  Say("closed " + closed.ToString());
  return closed.ok() ? 0 : 1;
}
