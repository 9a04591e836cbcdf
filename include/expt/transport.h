// The network seam of a client: one request, one answer, and for who wants it an answer that stays open.
#ifndef EXPT_TRANSPORT_H_
#define EXPT_TRANSPORT_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace expt {
inline namespace v1 {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds connect_timeout{3000};
  std::chrono::milliseconds timeout{10000};  // of the whole request
  uint64_t max_reply_bytes = 32u << 20;      // a larger answer is an error
};

struct HttpReply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  // The first header of that name (lower case); empty when there is none.
  std::string_view header(std::string_view name) const;
};

// A reply that stays open. Destroying it ends the request. Belongs to the transport that made it and to its thread.
class HttpStream {
 public:
  virtual ~HttpStream() = default;

  // Of the reply; 0 until its head is there.
  virtual int status() const = 0;
  // As HttpReply::header; empty until the head is there.
  virtual std::string_view header(std::string_view name) const = 0;

  // Appends what has arrived since the last call; never waits.
  //
  // Errors: as Transport::Send, and kUnavailable when the reply is over. What arrived before is appended all the same.
  virtual absl::Status Read(std::string& bytes) = 0;
};

// Called from the client's background thread only, one call at a time, but for Cancel() and Wake(). Send() must return
// within the request's timeout, or soon after Cancel().
class Transport {
 public:
  virtual ~Transport() = default;

  // Any HTTP status is an answer, not an error.
  //
  // Errors:
  //   kUnavailable        no answer: name resolution, connection, TLS, time-out, cancelled
  //   kResourceExhausted  the answer is larger than max_reply_bytes
  //   kInvalidArgument    the URL is not one that this transport may open
  virtual absl::StatusOr<HttpReply> Send(const HttpRequest& request) = 0;

  // Gives a function that Send() should call about ten times a second, on its own thread, while it waits for the
  // network: events then reach the disk although a server hangs. Called once, before the first Send(). A transport
  // that ignores it works; events wait in the buffer meanwhile.
  virtual void SetWhileWaiting(std::function<void()> call) { static_cast<void>(call); }

  // Ends a Send() that is under way and makes later ones fail. Called from another thread than Send().
  virtual void Cancel() = 0;

  // The rest is for replies that stay open, one at a time. A transport need not have them: the client then polls.

  // Begins a request whose reply may never end; neither waits nor minds request.timeout. max_reply_bytes bounds what
  // has arrived and was not read.
  //
  // Errors: kUnimplemented when the transport has no streams; kInvalidArgument as Send().
  virtual absl::StatusOr<std::unique_ptr<HttpStream>> OpenStream(const HttpRequest& request);

  // While a stream is open: waits until it may have something to read, Wake() or Cancel() was called, or `timeout`.
  // A Wake() that came since the last Send() or Wait() ends it at once. May return early.
  virtual void Wait(std::chrono::milliseconds timeout);

  // Ends a Wait(). Called from any thread; cheap.
  virtual void Wake();
};

// libcurl: https anywhere, plain http to loopback only; TLS 1.2 or newer, certificates always verified;
// no redirects, cookies or netrc; proxies as the environment says.
std::unique_ptr<Transport> CurlTransport();

}  // namespace v1
}  // namespace expt

#endif  // EXPT_TRANSPORT_H_
