// The answer to one request, and the one-shot function that sends it.
#ifndef EXPT_CONTROL_PLANE_HTTP_RESPONSE_H_
#define EXPT_CONTROL_PLANE_HTTP_RESPONSE_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "control-plane/http/request.h"

namespace expt::http {

class EventFeed;

struct Response {
  int status = 200;
  std::string content_type = {};  // empty: no body type is sent
  Pairs headers = {};
  std::string body = {};
  // Sent instead of `body` when set: large bytes that many replies share.
  std::shared_ptr<const std::string> shared_body = {};
  // Set: the reply is a stream of events without an end, and has no other body. See event_stream.h.
  std::shared_ptr<EventFeed> feed = {};
  // For the log line and the counters only: who asked, never a secret.
  std::string principal = {};

  Response& Set(std::string_view name, std::string_view value) {
    headers.emplace_back(name, value);
    return *this;
  }
  std::string_view Body() const { return shared_body ? std::string_view(*shared_body) : std::string_view(body); }
};

// Where the server waits for the answer to one request.
class ReplySlot {
 public:
  virtual ~ReplySlot() = default;
  // Called once, from any thread.
  virtual void Put(Response response) = 0;
  virtual uint64_t request_id() const = 0;
};

// Sends the answer to one request, from any thread, now or later.
// Exactly one answer goes out: a second call does nothing, and a Responder that dies unused answers 500.
class Responder {
 public:
  explicit Responder(std::shared_ptr<ReplySlot> slot) : slot_(std::move(slot)) {}
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();

  void operator()(Response response);

 private:
  std::shared_ptr<ReplySlot> slot_;
};

}  // namespace expt::http

#endif  // EXPT_CONTROL_PLANE_HTTP_RESPONSE_H_
