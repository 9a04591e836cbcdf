// Pushes each new Head to the programs that listen on /sdk/v1/stream.
//
//   retry: 5000
//
//   id: 1.42                      epoch and number of the Head
//   event: head
//   data: RVhTMV…                 the signed Head, base64
//
//   :                             every 15 seconds
#ifndef EXPT_CONTROL_PLANE_API_HEAD_STREAMS_H_
#define EXPT_CONTROL_PLANE_API_HEAD_STREAMS_H_

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "control-plane/http/event_stream.h"
#include "control-plane/http/response.h"
#include "control-plane/publish/head_issuer.h"
#include "control-plane/service/service.h"
#include "expt/snapshot.h"

namespace expt::api {

struct StreamLimits {
  size_t total = 8'000;    // more get 503
  size_t per_key = 2'000;  // more get 429
};

// Thread-safe. Must outlive the server.
class HeadStreams {
 public:
  explicit HeadStreams(const StreamLimits& limits) : limits_(limits) {}

  // A reply that goes on with the newest Head of the principal's environment and audience, unless `last_event_id` is
  // its id, and with each one that follows.
  service::Result<http::Response> Open(const service::SdkPrincipal& principal, std::string_view last_event_id);

  // `head` is newer than any before it of that environment and audience. Streams whose key is over end instead.
  void Push(const std::string& environment_id, Audience audience, const publish::IssuedHead& head, Time now);

  // Ends the streams of a key that is valid no more.
  void EndKey(std::string_view key_id);
  // The streams of a key end with the first Head at or after this time.
  void EndKeyAt(std::string_view key_id, int64_t expires_ms);

  size_t count() const;

 private:
  class Listener;
  struct Topic {
    std::string id;                            // of `event`
    std::shared_ptr<const std::string> event;  // null before the first
    std::unordered_set<Listener*> listeners;
  };
  void Leave(Listener* listener);

  const StreamLimits limits_;
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, Audience>, Topic> topics_;        // guarded by mutex_; entries stay
  std::map<std::string, size_t, std::less<>> per_key_;              // guarded by mutex_
  size_t total_ = 0;                                                // guarded by mutex_
};

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_HEAD_STREAMS_H_
