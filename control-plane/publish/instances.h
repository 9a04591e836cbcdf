// Which clients are alive and how they do, as their status reports say. In memory: what is lost with the process comes
// again with the next reports.
#ifndef EXPT_CONTROL_PLANE_PUBLISH_INSTANCES_H_
#define EXPT_CONTROL_PLANE_PUBLISH_INSTANCES_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expt/snapshot.h"
#include "src/wire/head.h"
#include "src/wire/status_codec.h"

namespace expt::publish {

using wire::InstanceId;

// Of one client: its last report.
struct Instance {
  InstanceId id{};
  Audience audience = Audience::kServer;
  std::string sdk;
  std::string sdk_version;
  Time seen{};
  int64_t head_number = 0;
  int64_t served_version = 0;  // 0: none
  wire::ClientState state = wire::ClientState::kNotReady;
  std::optional<wire::SnapshotVerdict> verdict;
};

struct InstanceCounts {
  std::map<int64_t, size_t> by_version;              // what they serve; 0: nothing
  std::map<std::string, size_t, std::less<>> by_verdict;  // "none", "on_trial", "ack", and "nack_" with its kind
  size_t total = 0;
  size_t security_nacks = 0;  // instances whose last verdict is one
};
// "none", "on_trial", "ack", "nack_content", ...
std::string VerdictWord(const std::optional<wire::SnapshotVerdict>& verdict);

// Thread-safe. Bounded: beyond kMaxInstances of an environment and audience new ones are not listed, so that nobody who
// makes up ids with a public client key can push out others.
class Instances {
 public:
  static constexpr std::chrono::hours kRemembered{1};
  static constexpr size_t kMaxInstances = 20'000;
  static constexpr std::chrono::minutes kQuiet{1};  // between two alarms, and two searches for room
  static constexpr size_t kMaxVersions = 8;  // whose evaluations are counted, the newest

  // True when there is a refusal for the sake of security that nobody has been told of in the last minute.
  bool Report(std::string_view environment, Audience audience, const wire::StatusReport& report, Time now);

  InstanceCounts Count(std::string_view environment, Time now) const;
  // By audience and id, after `after` of the audience `audience`; at most `limit`.
  std::vector<Instance> List(std::string_view environment, Audience audience, const std::optional<InstanceId>& after,
                             size_t limit, Time now) const;
  // Of all audiences, seen within kRemembered.
  std::vector<InstanceId> Alive(std::string_view environment, Time now) const;
  size_t alive(std::string_view environment, Time now) const { return Alive(environment, now).size(); }

  // Evaluations that server keys reported by version, since the start or the last Forget.
  wire::EvaluationCount Evaluations(std::string_view environment, int64_t version) const;
  void ForgetEvaluations(std::string_view environment);

 private:
  struct Stream {
    std::map<InstanceId, Instance> instances;
    std::map<int64_t, wire::EvaluationCount> evaluations;  // by version
    std::optional<Time> alarmed;
    std::optional<Time> pruned;
  };
  using Key = std::pair<std::string, Audience>;
  const Stream* Find(std::string_view environment, Audience audience) const;

  mutable std::mutex mutex_;
  std::map<Key, Stream> streams_;  // guarded by mutex_
};

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_INSTANCES_H_
