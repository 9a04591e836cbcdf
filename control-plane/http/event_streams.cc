#include "control-plane/http/event_streams.h"

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <utility>
#include <vector>

namespace expt::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// A peer may take this many rounds of the timer for one event.
constexpr uint8_t kPatience = 4;

// Shared by all streams.
std::shared_ptr<const std::string> Comment() {
  static const auto& comment = *new std::shared_ptr<const std::string>(std::make_shared<const std::string>(":\n\n"));
  return comment;
}

}  // namespace

// One socket. Everything happens on the socket's strand; what runs there holds a reference.
//
// Invariants: `sending_` is set while a write is under way; `waiting_` only while `sending_` is.
class EventStreams::Stream : public EventStream, public std::enable_shared_from_this<Stream> {
 public:
  Stream(std::shared_ptr<EventStreams> owner, tcp::socket socket, std::shared_ptr<EventFeed> feed,
         std::shared_ptr<void> seat)
      : seat_(std::move(seat)), owner_(std::move(owner)), socket_(std::move(socket)), feed_(std::move(feed)) {}

  ~Stream() override {
    const std::lock_guard lock(owner_->mutex_);
    owner_->live_.erase(this);
  }

  void Begin() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
      self->WatchPeer();
      self->feed_->Begin(self);
    });
  }

  void Send(std::shared_ptr<const std::string> event) override {
    asio::post(socket_.get_executor(),
               [self = shared_from_this(), event = std::move(event)]() mutable { self->Take(std::move(event)); });
  }

  void End() override {
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
      self->is_ending_ = true;
      if (self->sending_ == nullptr) self->Close();
    });
  }

  void Cut() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->Close(); });
  }

  void Tick() {
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
      if (self->sending_ != nullptr) {
        if (++self->rounds_ >= kPatience) self->Close();
      } else {
        self->Take(Comment());
      }
    });
  }

 private:
  void Take(std::shared_ptr<const std::string> event) {
    if (is_ending_) return;
    if (sending_ != nullptr) {
      waiting_ = std::move(event);
      return;
    }
    sending_ = std::move(event);
    Write();
  }

  void Write() {
    rounds_ = 0;
    asio::async_write(socket_, asio::buffer(*sending_), [self = shared_from_this()](error_code error, size_t) {
      self->sending_ = std::exchange(self->waiting_, nullptr);
      if (error || (self->is_ending_ && self->sending_ == nullptr)) return self->Close();
      if (self->sending_ != nullptr) self->Write();
    });
  }

  // A peer has nothing to say: whatever comes, its end included, ends the stream.
  void WatchPeer() {
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code) { self->Close(); });
  }

  void Close() {
    is_ending_ = true;
    waiting_ = nullptr;
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    socket_.close(ignored);
    feed_ = nullptr;
  }

  const std::shared_ptr<void> seat_;  // first: let go last
  const std::shared_ptr<EventStreams> owner_;
  tcp::socket socket_;
  std::shared_ptr<EventFeed> feed_;
  std::shared_ptr<const std::string> sending_;
  std::shared_ptr<const std::string> waiting_;
  bool is_ending_ = false;
  uint8_t rounds_ = 0;  // of the timer since the write under way began
};

EventStreams::EventStreams(asio::io_context& io, std::chrono::milliseconds keep_alive)
    : keep_alive_(keep_alive), timer_(io) {}

void EventStreams::Adopt(tcp::socket socket, std::shared_ptr<EventFeed> feed, std::shared_ptr<void> seat) {
  const auto stream =
      std::make_shared<Stream>(shared_from_this(), std::move(socket), std::move(feed), std::move(seat));
  {
    const std::lock_guard lock(mutex_);
    if (!is_ending_) {
      live_.emplace(stream.get(), stream);
      if (live_.size() == 1) StartTimer();
    }
  }
  stream->Begin();
  const std::lock_guard lock(mutex_);
  if (is_ending_) stream->End();
}

void EventStreams::StartTimer() {
  timer_.expires_after(keep_alive_);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->Tick();
  });
}

void EventStreams::Tick() {
  std::vector<std::shared_ptr<Stream>> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, stream] : live_) {
      if (auto live = stream.lock()) all.push_back(std::move(live));
    }
    if (!live_.empty() && !is_ending_) StartTimer();
  }
  for (const auto& stream : all) stream->Tick();
}

void EventStreams::EndAll(bool now) {
  std::vector<std::shared_ptr<Stream>> all;
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
    timer_.cancel();
    for (const auto& [key, stream] : live_) {
      if (auto live = stream.lock()) all.push_back(std::move(live));
    }
  }
  for (const auto& stream : all) now ? stream->Cut() : stream->End();
}

}  // namespace expt::http
