// Reads server-sent events (the text/event-stream format of the HTML standard) from pieces as they arrive.
#ifndef EXPT_SRC_CLIENT_EVENT_PARSER_H_
#define EXPT_SRC_CLIENT_EVENT_PARSER_H_

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace expt::client {

struct StreamEvent {
  std::string id;
  std::string name;
  std::string data;
};

// Not thread-safe.
class EventParser {
 public:
  // A line or an event larger than `max_bytes` breaks it.
  explicit EventParser(size_t max_bytes) : max_bytes_(max_bytes) {}

  // Appends the events that `bytes` complete. False when it is broken; it stays so.
  bool Read(std::string_view bytes, std::vector<StreamEvent>& events);

  // How long to wait before the next attempt, as the sender has asked last.
  std::optional<std::chrono::milliseconds> retry() const { return retry_; }

 private:
  void ReadLine(std::string_view line, std::vector<StreamEvent>& events);

  const size_t max_bytes_;
  std::string line_;  // without its end
  bool was_return_ = false;
  bool is_broken_ = false;
  bool has_data_ = false;
  StreamEvent event_;
  std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_EVENT_PARSER_H_
