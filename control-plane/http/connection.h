// One socket and the exchanges on it. Only server.cc, connection.cc and event_streams.cc include Asio and Beast.
#ifndef EXPT_CONTROL_PLANE_HTTP_CONNECTION_H_
#define EXPT_CONTROL_PLANE_HTTP_CONNECTION_H_

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "control-plane/http/event_streams.h"
#include "control-plane/http/problem.h"
#include "control-plane/http/router.h"
#include "control-plane/http/server.h"
#include "control-plane/http/workers.h"

namespace expt::http {

// What all connections of one server share. Read-only, but for what is atomic or locks itself.
struct Shared {
  ServerOptions options;
  Router router;
  Observer observer;
  boost::asio::io_context io;
  std::shared_ptr<EventStreams> streams;
  std::optional<Workers> workers;
  std::atomic<uint64_t> next_request_id{1};
  std::atomic<bool> is_stopping{false};
};

// Runs on its own strand. Lives until Run() returns and no Responder of it is left.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Executor = boost::asio::strand<boost::asio::io_context::executor_type>;

  // `seat` is let go when the socket is no longer used, by a stream that it became either.
  Connection(std::shared_ptr<Shared> shared, boost::asio::ip::tcp::socket socket, std::string peer_address,
             std::shared_ptr<void> seat);

  // Serves until the peer or the server ends the connection.
  boost::asio::awaitable<void> Run();

  // From any thread: ends it when no exchange is running, else after the running one; `now` does not wait for it.
  void Stop(bool now);

  Executor executor() const { return executor_; }

 private:
  class Slot;
  struct Incoming;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  // Reads one request, has it answered, writes the answer. Says whether the connection goes on.
  boost::asio::awaitable<bool> Exchange();
  // False when the peer has gone or was too slow.
  boost::asio::awaitable<bool> ReadHead(std::optional<HeadFault>* fault);
  boost::asio::awaitable<Response> Respond(Incoming& incoming, const std::optional<HeadFault>& fault);
  // Parses the head and finds the route. A response: the request is refused.
  std::optional<Response> Open(Incoming& incoming);
  // A response: the body is refused. When the peer has gone or was too slow, is_ended_ is set.
  boost::asio::awaitable<std::optional<Response>> ReadBody(Incoming& incoming);
  boost::asio::awaitable<Response> Answer(const Route& route, Request request);
  boost::asio::awaitable<bool> Write(Response response, bool is_head_request, bool keep_alive);
  // Writes the head of a stream and gives the socket away.
  boost::asio::awaitable<void> BecomeStream(Response response);
  std::string HeadText(const Response& response, bool keep_alive) const;
  boost::asio::awaitable<void> Linger();

  const std::shared_ptr<Shared> shared_;  // first: the io_context outlives the stream
  const Executor executor_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  const std::string peer_address_;
  std::shared_ptr<void> seat_;
  boost::asio::steady_timer answered_;  // cancelled when the answer is there
  bool is_idle_ = true;
  bool is_ended_ = false;
};

}  // namespace expt::http

#endif  // EXPT_CONTROL_PLANE_HTTP_CONNECTION_H_
