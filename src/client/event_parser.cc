#include "src/client/event_parser.h"

#include <charconv>
#include <cstdint>
#include <utility>

namespace expt::client {

bool EventParser::Read(std::string_view bytes, std::vector<StreamEvent>& events) {
  for (const char c : bytes) {
    if (is_broken_) return false;
    const bool is_second_half = std::exchange(was_return_, c == '\r') && c == '\n';
    if (is_second_half) continue;
    if (c == '\n' || c == '\r') {
      ReadLine(std::exchange(line_, {}), events);
      continue;
    }
    line_.push_back(c);
    is_broken_ = line_.size() + event_.data.size() > max_bytes_;
  }
  return !is_broken_;
}

void EventParser::ReadLine(std::string_view line, std::vector<StreamEvent>& events) {
  if (line.empty()) {
    StreamEvent event = std::exchange(event_, {});
    event_.id = event.id;  // stays until another is given
    if (std::exchange(has_data_, false)) events.push_back(std::move(event));
    return;
  }
  const size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "id") event_.id = value;
  if (name == "event") event_.name = value;
  if (name == "data") {
    if (std::exchange(has_data_, true)) event_.data.push_back('\n');
    event_.data.append(value);
  }
  if (name == "retry") {
    uint32_t milliseconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), milliseconds);
    if (error == std::errc() && end == value.data() + value.size()) retry_ = std::chrono::milliseconds(milliseconds);
  }
}

}  // namespace expt::client
