#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "expt/testing.h"
#include "src/base/status.h"

namespace expt {
inline namespace v1 {
namespace testing {
namespace {

// "https://host/sdk/v1/head?x" -> "/sdk/v1/head?x"
std::string_view PathOf(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t path = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
  return path == std::string_view::npos ? "/" : url.substr(path);
}

}  // namespace

struct FakeTransport::State {
  struct Scripted {
    std::string path;
    absl::StatusOr<HttpReply> reply;
  };

  mutable std::mutex mutex;
  mutable std::condition_variable asked;
  // All below: under `mutex`.
  std::deque<Scripted> scripted;
  std::map<std::string, Handler, std::less<>> handlers;
  std::vector<HttpRequest> requests;
  bool is_cancelled = false;

  size_t Count(std::string_view path) const {
    size_t count = 0;
    for (const HttpRequest& request : requests) count += PathOf(request.url).starts_with(path) ? 1 : 0;
    return count;
  }

  void Script(std::string_view path, absl::StatusOr<HttpReply> reply) {
    const std::lock_guard guard(mutex);
    scripted.push_back({std::string(path), std::move(reply)});
  }

  // Null when there is none.
  const Handler* HandlerOf(std::string_view path) const {
    const Handler* longest = nullptr;
    for (const auto& [prefix, handler] : handlers) {
      if (path.starts_with(prefix)) longest = &handler;  // in the order of their names, so a longer one comes later
    }
    return longest;
  }
};

FakeTransport::FakeTransport() : state_(std::make_unique<State>()) {}
FakeTransport::~FakeTransport() = default;

void FakeTransport::Reply(std::string_view path, HttpReply reply) { state_->Script(path, std::move(reply)); }

void FakeTransport::Fail(std::string_view path, absl::Status status) { state_->Script(path, std::move(status)); }

void FakeTransport::Answer(std::string_view path, Handler handler) {
  const std::lock_guard guard(state_->mutex);
  state_->handlers.insert_or_assign(std::string(path), std::move(handler));
}

std::vector<HttpRequest> FakeTransport::requests(std::string_view path) const {
  const std::lock_guard guard(state_->mutex);
  std::vector<HttpRequest> found;
  for (const HttpRequest& request : state_->requests) {
    if (PathOf(request.url).starts_with(path)) found.push_back(request);
  }
  return found;
}

bool FakeTransport::WaitForRequests(std::string_view path, size_t count, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(state_->mutex);
  return state_->asked.wait_for(lock, timeout, [&] { return state_->Count(path) >= count; });
}

absl::StatusOr<HttpReply> FakeTransport::Send(const HttpRequest& request) {
  const std::string_view path = PathOf(request.url);
  Handler handler;
  {
    const std::lock_guard guard(state_->mutex);
    if (state_->is_cancelled) return base::Error(absl::StatusCode::kUnavailable, "cancelled");
    state_->requests.push_back(request);
    state_->asked.notify_all();
    for (auto it = state_->scripted.begin(); it != state_->scripted.end(); ++it) {
      if (!path.starts_with(it->path)) continue;
      absl::StatusOr<HttpReply> reply = std::move(it->reply);
      state_->scripted.erase(it);
      return reply;
    }
    if (const Handler* found = state_->HandlerOf(path)) handler = *found;
  }
  if (handler) return handler(request);
  return base::Error(absl::StatusCode::kUnavailable, "nothing was said about " + std::string(path));
}

void FakeTransport::Cancel() {
  const std::lock_guard guard(state_->mutex);
  state_->is_cancelled = true;
}

}  // namespace testing
}  // namespace v1
}  // namespace expt
