// Tells the control plane how this client does: what serves, what became of the snapshot that was offered last, and how
// many evaluations ended in an error.
//
//   verdict or candidate changed --a moment later--> POST /sdk/v1/status --204--> 5 minutes, or as the answer says
//
// Reports are worth less than flags and events: they wait while anything else is due, give up after two seconds, and a
// server that does not take them is asked again after an hour.
#ifndef EXPT_SRC_CLIENT_STATUS_REPORTER_H_
#define EXPT_SRC_CLIENT_STATUS_REPORTER_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "src/client/health.h"
#include "src/client/loader.h"
#include "src/client/retry.h"
#include "src/client/settings.h"
#include "src/wire/status_codec.h"

namespace expt::client {

// Used by the background thread only. What it is given outlives it.
class StatusReporter {
 public:
  StatusReporter(const Settings& settings, const Health* health);

  // Evaluations by a snapshot since the last call.
  void Count(int64_t version, uint64_t total, uint64_t errors);

  // Sends a report if one is due and returns when to call again. There is nothing to report before the first Head or
  // refusal.
  SteadyTime Step(const Loader& loader);

 private:
  // What is reported at once when it changes.
  struct Facts {
    std::optional<Verdict> verdict;
    bool has_candidate = false;
    friend bool operator==(const Facts&, const Facts&) = default;
  };

  wire::StatusReport ReportOf(const Loader& loader) const;
  void Send(const Loader& loader, const Facts& facts);
  // How long to wait after an answer that is not 2xx, or none at all.
  std::chrono::milliseconds WaitAfter(const absl::StatusOr<HttpReply>& reply);
  void Log(std::string_view text) const;

  const Settings& settings_;
  const Health* const health_;
  Jitter jitter_;
  Backoff backoff_;
  std::vector<wire::EvaluationCount> counts_;  // not reported yet; the latest version last
  std::optional<Facts> seen_;                  // of the last Step()
  std::optional<Facts> reported_;              // of the last report that was answered
  SteadyTime due_at_ = SteadyTime::max();
  SteadyTime not_before_{};  // after a failure
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_STATUS_REPORTER_H_
