// Takes Roots that were signed offline into a running installation.
//
//   DIR/keys/next.exs --checked as a client checks it--> DIR/keys/root.<n>.exs --> snapshots signed again where the new
//   Root asks for it --> Heads that name it
//
// A file that is refused is renamed to next.exs.refused, and the log says why.
#ifndef EXPT_CONTROL_PLANE_PUBLISH_ROOT_INTAKE_H_
#define EXPT_CONTROL_PLANE_PUBLISH_ROOT_INTAKE_H_

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "control-plane/publish/head_issuer.h"
#include "control-plane/publish/publisher.h"
#include "control-plane/publish/signing_keys.h"
#include "control-plane/publish/ticker.h"

namespace expt::publish {

inline constexpr std::string_view kNextRootName = "next.exs";

struct RootIntakeOptions {
  std::string folder;                         // DIR/keys
  std::chrono::milliseconds interval{2'000};  // between two looks
  std::function<Time()> now;
  // What happened, for the log: `version` of the Root that was taken, 0 when `status` says why not.
  std::function<void(int64_t version, const absl::Status& status)> report;
};

// Thread-safe. Looks in its own thread between Start() and Stop(). What it is given must outlive it.
class RootIntake {
 public:
  RootIntake(SigningKeys& signing, Publisher& publisher, HeadIssuer& heads, RootIntakeOptions options);
  ~RootIntake();  // stops

  // Also finishes what an earlier process may have left undone.
  void Start();
  void Stop();

  // One look. Nothing when there is no file; else what became of it.
  std::optional<absl::Status> Look();

 private:
  absl::Status Take(const std::string& path);
  absl::Status Renew();

  SigningKeys& signing_;
  Publisher& publisher_;
  HeadIssuer& heads_;
  const RootIntakeOptions options_;
  std::mutex looking_;
  Ticker ticker_;
};

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_ROOT_INTAKE_H_
