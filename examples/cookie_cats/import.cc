#include "examples/cookie_cats/import.h"

#include <sodium.h>

#include <cstdio>

#include "control-plane/cli/time_text.h"
#include "examples/cookie_cats/definitions.h"
#include "examples/cookie_cats/player.h"

namespace cookie_cats {
namespace {

using std::chrono::hours;

// "cc" and 12 hexadecimal digits.
std::string IdPrefix(std::string_view csv) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(csv.data()), csv.size());
  char text[2 * 6 + 1];
  sodium_bin2hex(text, sizeof text, digest, 6);
  return "cc" + std::string(text);
}

// Reports one player's events; the first one that is not accepted ends it.
class Reporter {
 public:
  Reporter(expt::Client& client, std::string prefix, expt::Time start)
      : client_(client), prefix_(std::move(prefix)), start_(start) {}

  // The exposure comes first. An hour into the experiment, and each player a millisecond after the one before.
  absl::Status Report(const Player& player, uint64_t row) {
    const expt::Context context(player.user_id);
    const expt::Time met_gate = start_ + hours(1) + std::chrono::milliseconds(row);
    absl::Status status =
        Check(client_.Expose(kExperiment, player.variant, context, {.time = met_gate, .event_id = Id(row, 'a')}));
    if (status.ok() && player.came_back_after_1_day) {
      status = Check(client_.Track("retained_1", context, {.time = met_gate + hours(24), .event_id = Id(row, 'b')}));
    }
    if (status.ok() && player.came_back_after_7_days) {
      status =
          Check(client_.Track("retained_7", context, {.time = met_gate + hours(7 * 24), .event_id = Id(row, 'c')}));
    }
    if (status.ok()) {
      status = Check(client_.Track(
          "rounds", context,
          {.value = static_cast<double>(player.rounds), .time = met_gate + hours(14 * 24), .event_id = Id(row, 'd')}));
    }
    return status;
  }
  uint64_t events() const { return events_; }

 private:
  std::string_view Id(uint64_t row, char letter) {
    char text[16];
    std::snprintf(text, sizeof text, "%08llu%c", static_cast<unsigned long long>(row), letter);
    id_ = prefix_ + text;
    return id_;
  }
  absl::Status Check(expt::TrackResult result) {
    if (result.accepted()) {
      ++events_;
      return absl::OkStatus();
    }
    const std::string text = "event not accepted: " + std::string(expt::DropReasonName(result.dropped));
    return absl::InvalidArgumentError({text.data(), text.size()});
  }

  expt::Client& client_;
  std::string prefix_;
  expt::Time start_;
  std::string id_;
  uint64_t events_ = 0;
};

}  // namespace

absl::Status Import(expt::Client& client, std::string_view csv, std::chrono::seconds patience, ImportReport& report) {
  Reporter reporter(client, IdPrefix(csv), *expt::cli::ParseTime(kStart));
  uint64_t line_number = 0;
  absl::Status status;
  while (!csv.empty() && status.ok()) {
    const size_t end = csv.find('\n');
    std::string_view line = csv.substr(0, end);
    csv.remove_prefix(end == std::string_view::npos ? csv.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    ++line_number;
    if (line_number == 1) {
      if (line != kHeader) {
        const std::string text = "line 1: expected \"" + std::string(kHeader) + "\"";
        return absl::InvalidArgumentError({text.data(), text.size()});
      }
      continue;
    }
    if (line.empty()) continue;
    const absl::StatusOr<Player> player = ParsePlayer(line);
    absl::Status row = player.status();
    if (row.ok()) {
      if (client.WaitForRoom(4, patience)) {
        row = reporter.Report(*player, line_number - 1);
        ++report.rows;
      } else {
        status = absl::DeadlineExceededError("the server takes no events: " + client.Status().last_error);
      }
    }
    if (!row.ok()) {
      report.problems.push_back("line " + std::to_string(line_number) + ": " +
                                std::string(row.message().data(), row.message().size()));
    }
  }
  report.events = reporter.events();
  return status;
}

}  // namespace cookie_cats
