#include "control-plane/cli/upload.h"

#include <utility>

#include "control-plane/cli/status.h"

namespace expt::cli {

absl::StatusOr<Client> OpenReady(const std::string& url, const std::string& key, std::chrono::seconds timeout) {
  ClientOptions options;
  options.url = url;
  options.key = key;
  options.first_send_spread = std::chrono::milliseconds(0);
  options.retry_initial = std::chrono::milliseconds(200);
  options.retry_max = std::chrono::seconds(2);
  absl::StatusOr<Client> client = Client::Open(std::move(options));
  if (!client.ok()) return client.status();
  if (client->Ready(timeout)) return client;
  const std::string reason = client->Status().last_error;
  return Error(absl::StatusCode::kUnavailable, url + ": no snapshot within " + std::to_string(timeout.count()) + " s" +
                                                   (reason.empty() ? "" : ": " + reason));
}

absl::Status DeliverAll(Client& client, std::chrono::seconds timeout) {
  auto last_progress = std::chrono::steady_clock::now();
  while (true) {
    const FlushReport report = client.Flush(std::chrono::seconds(1));
    if (report.remaining == 0) return absl::OkStatus();
    const auto now = std::chrono::steady_clock::now();
    if (report.delivered + report.rejected > 0) last_progress = now;
    if (now - last_progress >= timeout) {
      const std::string reason = client.Status().last_error;
      return Error(absl::StatusCode::kDeadlineExceeded,
                   std::to_string(report.remaining) + " events are not acknowledged after " +
                       std::to_string(timeout.count()) + " s" + (reason.empty() ? "" : ": " + reason));
    }
  }
}

std::string CountsText(const ClientStatus& status, uint64_t sent, uint64_t refused_lines) {
  uint64_t dropped = 0;
  for (const ClientStatus::Drop& drop : status.drops) dropped += drop.count;
  std::string text = "sent " + std::to_string(sent) + ": " + std::to_string(status.events_delivered) + " stored, " +
                     std::to_string(status.events_duplicate) + " duplicate, " + std::to_string(status.events_rejected) +
                     " rejected, " + std::to_string(dropped) + " dropped";
  if (status.exposures_suppressed > 0) {
    text += ", " + std::to_string(status.exposures_suppressed) + " exposures suppressed as already sent";
  }
  if (refused_lines > 0) {
    text += "; " + std::to_string(refused_lines) + (refused_lines == 1 ? " line refused" : " lines refused");
  }
  return text;
}

}  // namespace expt::cli
