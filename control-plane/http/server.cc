#include "control-plane/http/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "control-plane/http/connection.h"
#include "src/base/status.h"

namespace expt::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kForcedStop{5000};
constexpr std::chrono::milliseconds kAcceptPause{50};

}  // namespace

// Accepts, counts and ends connections.
//
// Invariant: a connection is in `connections_` from before its first read until Run() has returned. Its seat is taken
// for as long, and longer when it became an event stream.
class Server::Core : public std::enable_shared_from_this<Server::Core> {
 public:
  Core(const ServerOptions& options, Router router, Observer observer) : shared_(std::make_shared<Shared>()) {
    shared_->options = options;
    shared_->router = std::move(router);
    shared_->observer = std::move(observer);
    shared_->streams = std::make_shared<EventStreams>(shared_->io, options.keep_alive);
    shared_->workers.emplace(options.worker_threads, options.max_waiting_requests);
  }

  absl::Status Listen() {
    const ServerOptions& options = shared_->options;
    error_code error;
    const asio::ip::address address = asio::ip::make_address(options.host, error);
    if (error) {
      return base::Error(absl::StatusCode::kInvalidArgument,
                         "listen on \"" + options.host + "\": expected an IP address such as 127.0.0.1");
    }
    if (!address.is_loopback() && !options.behind_proxy) {
      return base::Error(absl::StatusCode::kFailedPrecondition,
                         "listen on \"" + options.host +
                             "\": this server does not speak TLS itself; listen on a loopback address, or put a proxy "
                             "that ends TLS in front of it and pass --behind-proxy");
    }
    const tcp::endpoint endpoint(address, options.port);
    acceptor_.emplace(asio::make_strand(shared_->io));
    acceptor_->open(endpoint.protocol(), error);
    if (!error) acceptor_->set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return base::Error(absl::StatusCode::kUnavailable,
                         "listen on \"" + options.host + ":" + std::to_string(options.port) + "\": " + error.message());
    }
    port_ = acceptor_->local_endpoint(error).port();
    return absl::OkStatus();
  }

  void Run() {
    asio::co_spawn(
        acceptor_->get_executor(), [self = shared_from_this()] { return self->Accept(); }, asio::detached);
    for (int i = 0; i < shared_->options.io_threads; ++i) {
      threads_.emplace_back([shared = shared_.get()] { shared->io.run(); });
    }
  }

  void Stop(std::chrono::milliseconds grace) {
    if (shared_->is_stopping.exchange(true)) return;
    asio::post(acceptor_->get_executor(), [self = shared_from_this()] {
      error_code ignored;
      self->acceptor_->close(ignored);
    });
    EndAll(false);
    if (!WaitForEnd(grace)) {
      EndAll(true);
      WaitForEnd(kForcedStop);
    }
    shared_->io.stop();
    for (std::thread& thread : threads_) thread.join();
    // Connections that were ended but have not come to their end hold `shared_`, which holds them.
    shared_->io.restart();
    shared_->io.poll();
    shared_->workers.reset();
  }

  uint16_t port() const { return port_; }
  std::string url() const {
    const std::string& host = shared_->options.host;
    return "http://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port_);
  }
  size_t connections() const {
    const std::lock_guard lock(mutex_);
    return seats_;
  }

 private:
  asio::awaitable<void> Accept() {
    asio::steady_timer pause(co_await asio::this_coro::executor);
    while (!shared_->is_stopping) {
      error_code error;
      tcp::socket socket = co_await acceptor_->async_accept(asio::make_strand(shared_->io),
                                                            asio::redirect_error(asio::use_awaitable, error));
      if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) co_return;
      if (error) {  // too many files are open, or the peer has gone already
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      Begin(std::move(socket));
    }
  }

  void Begin(tcp::socket socket) {
    error_code error;
    const tcp::endpoint peer = socket.remote_endpoint(error);
    if (error) return;
    socket.set_option(tcp::no_delay(true), error);
    const std::string address = peer.address().to_string();
    const ServerOptions& options = shared_->options;
    std::shared_ptr<Connection> connection;
    {
      const std::lock_guard lock(mutex_);
      size_t& of_address = per_address_[address];
      if (seats_ >= options.max_connections ||
          (!options.behind_proxy && of_address >= options.max_connections_per_address)) {
        return;  // ~socket closes it
      }
      ++of_address;
      ++seats_;
      std::shared_ptr<void> seat(nullptr, [self = shared_from_this(), address](void*) { self->Leave(address); });
      connection = std::make_shared<Connection>(shared_, std::move(socket), address, std::move(seat));
      connections_.emplace(connection.get(), connection);
    }
    asio::co_spawn(
        connection->executor(), [connection] { return connection->Run(); },
        [self = shared_from_this(), connection](const std::exception_ptr&) {
          const std::lock_guard lock(self->mutex_);
          self->connections_.erase(connection.get());
        });
  }

  void Leave(const std::string& address) {
    const std::lock_guard lock(mutex_);
    const auto count = per_address_.find(address);
    if (--count->second == 0) per_address_.erase(count);
    if (--seats_ == 0) ended_.notify_all();
  }

  void EndAll(bool now) {
    std::vector<std::shared_ptr<Connection>> all;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [key, connection] : connections_) {
        if (auto live = connection.lock()) all.push_back(std::move(live));
      }
    }
    for (const auto& connection : all) connection->Stop(now);
    shared_->streams->EndAll(now);
  }

  bool WaitForEnd(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, time, [this] { return seats_ == 0; });
  }

  const std::shared_ptr<Shared> shared_;
  std::optional<tcp::acceptor> acceptor_;
  uint16_t port_ = 0;
  std::vector<std::thread> threads_;
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::unordered_map<const Connection*, std::weak_ptr<Connection>> connections_;  // guarded by mutex_
  std::unordered_map<std::string, size_t> per_address_;                           // seats; guarded by mutex_
  size_t seats_ = 0;                                                              // guarded by mutex_
};

Server::Server(std::shared_ptr<Core> core) : core_(std::move(core)) {}
Server::~Server() { Stop(std::chrono::milliseconds(0)); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options, Router router, Observer observer) {
  auto core = std::make_shared<Core>(options, std::move(router), std::move(observer));
  if (absl::Status status = core->Listen(); !status.ok()) return status;
  core->Run();
  return std::unique_ptr<Server>(new Server(std::move(core)));
}

uint16_t Server::port() const { return core_->port(); }
std::string Server::url() const { return core_->url(); }
size_t Server::connections() const { return core_->connections(); }
void Server::Stop(std::chrono::milliseconds grace) { core_->Stop(grace); }

}  // namespace expt::http
