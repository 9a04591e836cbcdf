#include "control-plane/api/head_streams.h"

#include <vector>

#include "absl/strings/escaping.h"

#include "control-plane/api/answer.h"

namespace expt::api {
namespace {

// Clients that lose their stream come back within this time, spread over it.
constexpr std::string_view kRetry = "retry: 5000\n";

std::string IdOf(const publish::IssuedHead& head) {
  return std::to_string(head.epoch) + "." + std::to_string(head.number);
}

std::shared_ptr<const std::string> BeginEvent() {
  static const auto& event =
      *new std::shared_ptr<const std::string>(std::make_shared<const std::string>(std::string(kRetry) + "\n"));
  return event;
}

}  // namespace

// One open stream, or one that is about to open. It is counted from the start, and listens from Begin() on.
class HeadStreams::Listener : public http::EventFeed {
 public:
  Listener(HeadStreams& owner, Topic& topic, const service::SdkPrincipal& principal, std::string last_event_id)
      : owner_(owner),
        topic_(topic),
        key_id_(principal.key_id),
        expires_ms_(principal.expires_ms),
        last_event_id_(std::move(last_event_id)) {}
  ~Listener() override { owner_.Leave(this); }

  void Begin(std::weak_ptr<http::EventStream> stream) override {
    const std::lock_guard lock(owner_.mutex_);
    stream_ = std::move(stream);
    topic_.listeners.insert(this);
    const bool is_behind = topic_.event != nullptr && topic_.id != last_event_id_;
    if (const auto open = stream_.lock()) open->Send(is_behind ? topic_.event : BeginEvent());
  }

  // The caller holds the lock, and must not drop what it gets before it has let go of it.
  std::shared_ptr<http::EventStream> stream() const { return stream_.lock(); }
  Topic& topic() const { return topic_; }
  const std::string& key_id() const { return key_id_; }
  void set_expires_ms(int64_t expires_ms) { expires_ms_ = expires_ms; }
  bool IsOver(Time now) const { return expires_ms_ != 0 && expires_ms_ <= now.time_since_epoch().count(); }

 private:
  HeadStreams& owner_;
  Topic& topic_;
  const std::string key_id_;
  int64_t expires_ms_;  // guarded by owner_.mutex_
  const std::string last_event_id_;
  std::weak_ptr<http::EventStream> stream_;
};

service::Result<http::Response> HeadStreams::Open(const service::SdkPrincipal& principal,
                                                  std::string_view last_event_id) {
  http::Response response;
  response.content_type = "text/event-stream";
  response.Set("X-Accel-Buffering", "no");  // nginx would keep events back
  const std::lock_guard lock(mutex_);
  if (total_ >= limits_.total) return service::Fault{.status = 503, .detail = "too many streams are open"};
  size_t& of_key = per_key_[principal.key_id];
  if (of_key >= limits_.per_key) {
    return service::Fault{.status = 429, .detail = "too many streams are open with this key"};
  }
  ++of_key;
  ++total_;
  Topic& topic = topics_[{principal.environment, principal.audience}];
  response.feed = std::make_shared<Listener>(*this, topic, principal, std::string(last_event_id));
  return response;
}

void HeadStreams::Leave(Listener* listener) {
  const std::lock_guard lock(mutex_);
  listener->topic().listeners.erase(listener);
  const auto of_key = per_key_.find(listener->key_id());
  if (--of_key->second == 0) per_key_.erase(of_key);
  --total_;
}

void HeadStreams::Push(const std::string& environment_id, Audience audience, const publish::IssuedHead& head,
                       Time now) {
  std::string id = IdOf(head);
  auto event = std::make_shared<const std::string>(std::string(kRetry) + "id: " + id + "\nevent: head\ndata: " +
                                                   absl::Base64Escape(head.file) + "\n\n");
  std::vector<std::shared_ptr<http::EventStream>> open, over;
  {
    const std::lock_guard lock(mutex_);
    Topic& topic = topics_[{environment_id, audience}];
    topic.id = std::move(id);
    topic.event = event;
    open.reserve(topic.listeners.size());
    for (const Listener* listener : topic.listeners) {
      (listener->IsOver(now) ? over : open).push_back(listener->stream());
    }
  }
  for (const auto& stream : open) {
    if (stream != nullptr) stream->Send(event);
  }
  for (const auto& stream : over) {
    if (stream != nullptr) stream->End();
  }
}

void HeadStreams::EndKey(std::string_view key_id) {
  std::vector<std::shared_ptr<http::EventStream>> open;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, topic] : topics_) {
      for (const Listener* listener : topic.listeners) {
        if (listener->key_id() == key_id) open.push_back(listener->stream());
      }
    }
  }
  for (const auto& stream : open) {
    if (stream != nullptr) stream->End();
  }
}

void HeadStreams::EndKeyAt(std::string_view key_id, int64_t expires_ms) {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, topic] : topics_) {
    for (Listener* listener : topic.listeners) {
      if (listener->key_id() == key_id) listener->set_expires_ms(expires_ms);
    }
  }
}

size_t HeadStreams::count() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

}  // namespace expt::api
