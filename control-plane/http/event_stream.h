// Replies that go on: server-sent events (text/event-stream).
//
//   Response response{.content_type = "text/event-stream"};
//   response.feed = std::make_shared<MyFeed>();   // Begin() gets the stream once the head of the reply is sent
#ifndef EXPT_CONTROL_PLANE_HTTP_EVENT_STREAM_H_
#define EXPT_CONTROL_PLANE_HTTP_EVENT_STREAM_H_

#include <memory>
#include <string>

namespace expt::http {

// The open reply. Methods are called from any thread and never block.
class EventStream {
 public:
  virtual ~EventStream() = default;

  // `event` is a whole event as it goes over the wire: "id: 7\ndata: x\n\n". While one is under way, the newest of
  // those that follow waits and the others are passed over: what a slow peer costs is bounded.
  virtual void Send(std::shared_ptr<const std::string> event) = 0;

  // Closes it after what is under way.
  virtual void End() = 0;
};

// Who writes one stream. Destroyed when the stream has ended, also when it never began.
class EventFeed {
 public:
  virtual ~EventFeed() = default;
  // The stream owns the feed: keep no strong reference to it.
  virtual void Begin(std::weak_ptr<EventStream> stream) = 0;
};

}  // namespace expt::http

#endif  // EXPT_CONTROL_PLANE_HTTP_EVENT_STREAM_H_
