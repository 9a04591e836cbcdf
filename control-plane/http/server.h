// An HTTP/1.1 server: sockets, framing, time-outs and limits. What a request means is decided by the Router's handlers.
//
//   Router router;
//   router.Add({.method = "GET", .path = "/livez", .handler = [](Request, Responder respond) { respond({}); }});
//   auto server = Server::Start({.port = 0}, std::move(router));
//   ... (*server)->port() ...
//   (*server)->Stop(std::chrono::seconds(10));
#ifndef EXPT_CONTROL_PLANE_HTTP_SERVER_H_
#define EXPT_CONTROL_PLANE_HTTP_SERVER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "control-plane/http/framing.h"
#include "control-plane/http/router.h"

namespace expt::http {

struct ServerOptions {
  std::string host = "127.0.0.1";  // an address, not a name
  uint16_t port = 0;               // 0: the system picks a free one
  // Something in front of this server ends TLS. Without it only loopback addresses are listened on.
  bool behind_proxy = false;
  int io_threads = 2;
  int worker_threads = 4;
  size_t max_waiting_requests = 1024;         // for a worker; more get 503
  size_t max_connections = 10'000;            // more are closed at once
  size_t max_connections_per_address = 1024;  // not applied behind a proxy
  HeadLimits head = {};
  std::chrono::milliseconds header_time{10'000};  // from the first byte of a request to the end of its head
  std::chrono::milliseconds idle_time{60'000};    // without a request
  std::chrono::milliseconds body_grace{10'000};   // a body may lag behind min_body_rate by this much
  size_t min_body_rate = 1024;                    // bytes per second
  std::chrono::milliseconds keep_alive{15'000};   // between two comments on an event stream
};

// What one exchange was, for logs and counters. Views are valid during the call only.
struct ExchangeRecord {
  uint64_t id = 0;
  std::string_view method;
  std::string_view route;  // the template; empty when none matched
  std::string_view peer_address;
  std::string_view principal;
  int status = 0;
  std::chrono::microseconds duration{};  // from the end of the head to the answer
  size_t request_bytes = 0;              // body
  size_t response_bytes = 0;             // body
};
// Called from several threads at once.
using Observer = std::function<void(const ExchangeRecord&)>;

// Thread-safe. The destructor stops without grace.
class Server {
 public:
  // Errors: kInvalidArgument when the host is no address; kFailedPrecondition when it is not loopback and
  // behind_proxy is not set; kUnavailable when it cannot be listened on.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options, Router router,
                                                       Observer observer = nullptr);
  ~Server();

  uint16_t port() const;
  // "http://127.0.0.1:8080"
  std::string url() const;
  size_t connections() const;

  // Takes no more connections, lets running exchanges finish for up to `grace`, then closes everything and joins.
  // A second call does nothing.
  void Stop(std::chrono::milliseconds grace);

 private:
  class Core;
  explicit Server(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace expt::http

#endif  // EXPT_CONTROL_PLANE_HTTP_SERVER_H_
