// Keeps a fresh signed Head for every environment and audience that has been published, in memory.
#ifndef EXPT_CONTROL_PLANE_PUBLISH_HEAD_ISSUER_H_
#define EXPT_CONTROL_PLANE_PUBLISH_HEAD_ISSUER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "control-plane/publish/signing_keys.h"
#include "control-plane/publish/ticker.h"
#include "expt/snapshot.h"

namespace expt::storage {
class StateStore;
}  // namespace expt::storage

namespace expt::publish {

struct IssuedHead {
  std::string file;  // the signed envelope
  std::string etag;  // quoted, the SHA-256 of the file: `"9f86…"`
  int64_t epoch = 0;
  int64_t number = 0;
};

struct HeadOptions {
  std::chrono::milliseconds interval{60'000};   // between two Heads
  std::chrono::milliseconds life{15 * 60'000};  // until a Head is expired
  std::chrono::milliseconds poll_interval{0};   // hint for clients; 0 leaves the choice to them
  std::function<Time()> now;                    // null: the system clock
  // Called with each new Head, in the order of their numbers. Must not call the issuer; null: nobody listens.
  std::function<void(const std::string& environment_id, Audience, std::shared_ptr<const IssuedHead>)> issued = {};
};

// Thread-safe. Issues in its own thread between Start() and Stop(). What it is given must outlive it.
class HeadIssuer {
 public:
  HeadIssuer(storage::StateStore& state, SigningKeys& signing, HeadOptions options);
  ~HeadIssuer();  // stops

  // Signs a Head for everything that is published, then every `interval`. Errors: of the first round.
  absl::Status Start();
  void Stop();

  // Signs new Heads for one environment, or for all when empty. The numbers rise, also over restarts.
  absl::Status IssueNow(std::string_view environment_id = {});

  // Null before the first publish.
  std::shared_ptr<const IssuedHead> Head(std::string_view environment_id, Audience audience) const;

  // Of the last round of the thread.
  absl::Status last_status() const;

 private:
  storage::StateStore& state_;
  SigningKeys& signing_;
  HeadOptions options_;
  std::mutex issuing_;        // one round at a time, so that numbers and times rise together
  mutable std::mutex mutex_;  // guards what follows
  std::map<std::pair<std::string, Audience>, std::shared_ptr<const IssuedHead>, std::less<>> heads_;
  absl::Status last_status_;
  Ticker ticker_;
};

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_HEAD_ISSUER_H_
