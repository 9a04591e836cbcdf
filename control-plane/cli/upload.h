// Opening a client for a bulk of events, and waiting until all of it is acknowledged.
#ifndef EXPT_CONTROL_PLANE_CLI_UPLOAD_H_
#define EXPT_CONTROL_PLANE_CLI_UPLOAD_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "expt/client.h"

namespace expt::cli {

// A client with an installed snapshot. kUnavailable with the client's last error when none came in time.
//
// An upload in bulk would rather wait than give up: it retries after 0.2 to 2 seconds.
absl::StatusOr<Client> OpenReady(const std::string& url, const std::string& key, std::chrono::seconds timeout);

// Sends until nothing remains. kDeadlineExceeded after `timeout` without a single new acknowledgement.
absl::Status DeliverAll(Client& client, std::chrono::seconds timeout);

// "sent 12: 10 stored, 2 duplicate, 0 rejected, 0 dropped; 1 line refused".
std::string CountsText(const ClientStatus& status, uint64_t sent, uint64_t refused_lines);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_UPLOAD_H_
