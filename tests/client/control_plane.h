// A control plane for client tests: signs what it serves, acknowledges what it gets, and can be told to misbehave.
#ifndef EXPT_TESTS_CLIENT_CONTROL_PLANE_H_
#define EXPT_TESTS_CLIENT_CONTROL_PLANE_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "expt/options.h"
#include "src/host/crypto.h"
#include "src/wire/event_codec.h"
#include "src/wire/head.h"
#include "src/wire/root.h"
#include "src/wire/sdk_key.h"
#include "tests/client/http_server.h"

namespace expt::test {

inline constexpr char kEnvironment[] = "env_test";

// What a published snapshot holds. Flags:
//   new-checkout   boolean: on for country CH, else off
//   page-size      integer: `page_size` for everybody
//   huge           integer: 5,000,000,000
//   ratio          double: 0.25
//   greeting       string: "hello"
//   config         json: {"a":1}
//   checkout-test  string: experiment "checkout-test" (id "exp_checkout"), control and treatment, half and half
//   sticky-button  boolean: on, and "off" as off variant
//   payments       the same, fail_closed
// Unit types: targeting_key, company. Analytics: plan.
struct Content {
  int64_t version = 1;
  int64_t epoch = 1;
  int64_t page_size = 50;
  std::string environment = kEnvironment;
  std::string salt = "split-salt";
  uint32_t phase = 1;
};

// A signed snapshot file, and how a Head names it.
struct SignedSnapshot {
  std::string file;
  wire::SnapshotRef ref;
};

// An upload as it arrived.
struct Upload {
  wire::BatchHeader header;
  std::vector<wire::Event> events;
};

class ControlPlane {
 public:
  ControlPlane();
  ~ControlPlane();

  std::string url() const { return server_->url(); }
  std::string key(Audience audience = Audience::kServer) const;
  // Url, key, fast polling and sending, no stream.
  ClientOptions options() const;

  SignedSnapshot Sign(const Content& content) const;
  SignedSnapshot Sign(const Content& content, const host::SecretKey& key) const;
  // Signs and makes it the Head's stable snapshot.
  void Publish(const Content& content);
  void Publish(const SignedSnapshot& snapshot);
  // Serves `file` under the digest of `snapshot`, whatever it is.
  void ServeSnapshot(const SignedSnapshot& snapshot, std::string file);
  // Changes the Head and signs it under the next number.
  void ChangeHead(const std::function<void(wire::HeadModel&)>& change);
  // The Head as it is, number and all, signed again.
  void SignHead(const std::function<void(wire::HeadModel&)>& change);
  void SetHeadFile(std::string file, std::string etag);
  std::string head_file() const;
  // A Root whose keys are all new, signed by the old and the new root key. `change` may alter it before it is signed.
  void RotateRoot(const std::function<void(wire::RootModel&)>& change = {});
  std::string root_file() const { return roots_.front(); }
  std::vector<std::string> roots() const;

  // Whether /sdk/v1/stream is there. It is not at first; when it is taken away, open streams end.
  void SetStreaming(bool is_streaming);
  // Streams that are open.
  int streams() const { return streams_; }

  // Answers before the control plane does, unless it returns nothing.
  using Intercept = std::function<std::optional<HttpAnswer>(const HttpCall&)>;
  void SetIntercept(Intercept intercept);
  // Decides about an event; kStored or kDuplicate is found out when it returns nothing.
  using Judge = std::function<std::optional<wire::AckResult>(const wire::Event&)>;
  void SetJudge(Judge judge);

  // Where it returns true, an upload is handled but its answer is replaced by a status 502.
  void SetSpoil(std::function<bool()> spoil);
  // Uploads wait for `release` before they are handled; held() counts them.
  void SetHold(std::shared_future<void> release);
  int held() const { return held_; }

  // Calls of a target that begins with `prefix`.
  int Calls(const std::string& prefix) const;
  // Waits until there were that many more calls. False after ten seconds.
  bool WaitForCalls(const std::string& prefix, int more) const;
  std::vector<Upload> uploads() const;
  // Events in the order in which they were stored, each once.
  std::vector<wire::Event> stored() const;
  int connections() const { return server_->connections(); }

 private:
  HttpAnswer Handle(const HttpCall& call);
  HttpAnswer HandleEvents(const HttpCall& call);
  HttpAnswer Stream(const HttpCall& call);
  void SignHeadLocked();

  host::SecretKey root_key_;
  host::SecretKey head_key_;
  host::SecretKey snapshot_key_;
  wire::RootModel root_;

  mutable std::mutex mutex_;
  std::vector<std::string> roots_;  // version 1, 2, ...
  wire::HeadModel head_;
  std::string head_file_;
  std::string etag_;
  std::map<std::string, std::string> snapshots_;  // by hexadecimal digest
  Intercept intercept_;
  Judge judge_;
  std::function<bool()> spoil_;
  std::optional<std::shared_future<void>> hold_;
  std::atomic<int> held_{0};
  bool is_streaming_ = false;
  std::atomic<int> streams_{0};
  std::map<std::string, int> calls_;
  std::vector<Upload> uploads_;
  std::vector<wire::Event> stored_;
  std::set<std::string> ids_;
  std::unique_ptr<HttpServer> server_;
};

// In hexadecimal digits.
std::string Hex(const Digest& digest);

// The plain bytes of an upload's body.
std::string Decompress(const std::string& body);

// Waits until `condition` holds. False after ten seconds.
bool Eventually(const std::function<bool()>& condition);

}  // namespace expt::test

#endif  // EXPT_TESTS_CLIENT_CONTROL_PLANE_H_
