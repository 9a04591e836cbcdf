// The sockets of event streams. A connection hands its socket over, and what is left of it is small.
#ifndef EXPT_CONTROL_PLANE_HTTP_EVENT_STREAMS_H_
#define EXPT_CONTROL_PLANE_HTTP_EVENT_STREAMS_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "control-plane/http/event_stream.h"

namespace expt::http {

// Thread-safe. Each stream gets a comment every `keep_alive`; one whose peer takes no bytes for four times as long is
// closed.
class EventStreams : public std::enable_shared_from_this<EventStreams> {
 public:
  EventStreams(boost::asio::io_context& io, std::chrono::milliseconds keep_alive);

  // `seat` is let go when the stream has ended.
  void Adopt(boost::asio::ip::tcp::socket socket, std::shared_ptr<EventFeed> feed, std::shared_ptr<void> seat);

  // Ends all, and whatever is adopted from now on. With `now` events that are under way are cut.
  void EndAll(bool now);

 private:
  class Stream;
  void StartTimer();
  void Tick();

  const std::chrono::milliseconds keep_alive_;
  boost::asio::steady_timer timer_;  // guarded by mutex_
  std::mutex mutex_;
  bool is_ending_ = false;                                         // guarded by mutex_
  std::unordered_map<const Stream*, std::weak_ptr<Stream>> live_;  // guarded by mutex_
};

}  // namespace expt::http

#endif  // EXPT_CONTROL_PLANE_HTTP_EVENT_STREAMS_H_
