// Takes a staged publish from ring to ring, and takes it back when a client refuses it.
//
//   publish --> 1 % --bake--> 10 % --bake--> 50 % --bake--> 100 % --bake--> stable
//                 |              |              |               |
//                 +--------------+--- refused, crashed, or errors doubled ---> the stable content as the next version
//
// docs/decisions/rings.md says who is believed, and when nobody is asked.
#ifndef EXPT_CONTROL_PLANE_PUBLISH_RING_KEEPER_H_
#define EXPT_CONTROL_PLANE_PUBLISH_RING_KEEPER_H_

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/publish/head_issuer.h"
#include "control-plane/publish/instances.h"
#include "control-plane/publish/publisher.h"
#include "control-plane/publish/ticker.h"
#include "control-plane/storage/rings.h"

namespace expt::publish {

struct RingKeeperOptions {
  std::chrono::milliseconds interval{1'000};  // between two looks
  // So long after the start nobody is taken for missing: clients report every five minutes.
  std::chrono::milliseconds settle = std::chrono::minutes(6);
  std::function<Time()> now;
  // What has happened: "rings_advanced", "rings_completed", "rings_halted", "rings_failed"; the last with a status.
  std::function<void(std::string_view event, const storage::Rings&, const absl::Status&)> report;
};

// Thread-safe. What it is given must outlive it.
class RingKeeper {
 public:
  RingKeeper(storage::StateStore& state, Publisher& publisher, HeadIssuer& heads, Instances& instances,
             RingKeeperOptions options);
  ~RingKeeper();

  void Start();
  void Stop();

  // Moves on what has baked, and halts what has gone wrong. The thread does it every `interval`; call it after a
  // publish, too.
  void Look();

  // A client's report, after Instances has it. Halts at once what a server key refuses.
  void TakeReport(std::string_view environment, Audience audience, const wire::StatusReport& report, Time now);

  // By hand. Errors: kFailedPrecondition when nothing is under way; those of Publisher::Withdraw.
  absl::StatusOr<storage::Rings> Complete(const Author& author, const std::string& environment,
                                          const std::string& reason);
  absl::StatusOr<storage::Rings> Halt(const Author& author, const std::string& environment, const std::string& reason);

  // When the next report of a client is wanted; nothing: as the client likes.
  std::optional<std::chrono::seconds> NextReport(std::string_view environment) const;

 private:
  absl::StatusOr<storage::Rings> UnderWay(const std::string& environment) const;
  void LookAt(storage::Rings rings, Time now);
  bool IsDone(const storage::Rings& rings, Time now) const;
  bool IsRingEmpty(const storage::Rings& rings, Time now) const;
  absl::StatusOr<storage::Rings> Move(const Author& author, const storage::Rings& rings, int64_t ring,
                                      const std::string& reason);
  void Withdraw(const std::string& environment, int64_t version, const std::string& reason, Time now);
  void Report(std::string_view event, const storage::Rings& rings, const absl::Status& status = absl::OkStatus());

  storage::StateStore& state_;
  Publisher& publisher_;
  HeadIssuer& heads_;
  Instances& instances_;
  const RingKeeperOptions options_;
  const Time started_;
  std::mutex looking_;
  mutable std::mutex mutex_;
  std::map<std::string, storage::Rings, std::less<>> under_way_;  // under mutex_: as of the last look, by environment
  Ticker ticker_;
};

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_RING_KEEPER_H_
