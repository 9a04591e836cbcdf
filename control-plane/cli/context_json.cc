#include "control-plane/cli/context_json.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "control-plane/cli/status.h"

namespace expt::cli {
namespace {

// Flattens while it reads. Objects nest only outside of arrays; whatever stands inside an array that is no string
// makes that array missing.
class Flattener : public nlohmann::json_sax<nlohmann::json> {
 public:
  struct Entry {
    std::string name;
    size_t depth;  // objects around the value; 1 at the top
    Value value;
  };

  bool null() override { return Add({}); }
  bool boolean(bool value) override { return Add(ValueView(value)); }
  bool number_integer(number_integer_t value) override { return Add(ValueView(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Add(ValueView(value)); }
  bool number_float(number_float_t value, const string_t& text) override {
    const bool is_integer = text.find_first_of(".eE") == std::string::npos;
    return Add(is_integer ? ValueView() : ValueView(value));
  }
  bool string(string_t& text) override {
    if (array_depth_ == 0) return Add(ValueView(text));
    if (array_depth_ == 1) list_.push_back(text);
    return true;
  }
  bool binary(binary_t&) override { return Add({}); }

  bool start_object(std::size_t) override {
    if (array_depth_ > 0) {
      is_string_list_ = false;
      return true;
    }
    if (!is_started_) {
      is_started_ = true;
    } else if (prefix_ends_.empty()) {
      return Refuse();
    } else {
      name_ += '.';
    }
    prefix_ends_.push_back(name_.size());
    return true;
  }
  bool key(string_t& text) override {
    if (array_depth_ > 0) return true;
    name_.resize(prefix_ends_.back());
    name_ += text;
    return true;
  }
  bool end_object() override {
    if (array_depth_ == 0) prefix_ends_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override {
    if (prefix_ends_.empty()) return Refuse();
    if (array_depth_++ == 0) {
      is_string_list_ = true;
      list_.clear();
    } else {
      is_string_list_ = false;
    }
    return true;
  }
  bool end_array() override {
    if (--array_depth_ > 0) return true;
    if (!is_string_list_) return Add({});
    std::vector<std::string_view> views(list_.begin(), list_.end());
    return Add(ValueView(std::span<const std::string_view>(views)));
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    std::string text = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 9: syntax error while ..."
    if (const size_t colon = text.find(": "); colon != std::string::npos) text = text.substr(colon + 2);
    if (const size_t quote = text.find("; last read"); quote != std::string::npos) text.resize(quote);
    error_ = "context: at byte " + std::to_string(position) + ": " + text;
    return false;
  }

  // Inner names first, so that of two equal names the one written out wins.
  std::vector<Entry> Take() {
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const Entry& a, const Entry& b) { return a.depth > b.depth; });
    return std::move(entries_);
  }
  const std::string& error() const { return error_; }

 private:
  bool Add(ValueView value) {
    if (array_depth_ > 0) {
      is_string_list_ = false;
      return true;
    }
    if (prefix_ends_.empty()) return Refuse();
    entries_.push_back({name_, prefix_ends_.size(), Value(value)});
    return true;
  }
  bool Refuse() {
    error_ = "context: expected a JSON object";
    return false;
  }

  std::vector<Entry> entries_;
  std::string name_;
  std::vector<size_t> prefix_ends_;
  std::vector<std::string> list_;
  size_t array_depth_ = 0;
  bool is_string_list_ = false;
  bool is_started_ = false;
  std::string error_;
};

}  // namespace

absl::StatusOr<Context> ParseContext(std::string_view json) {
  Flattener flattener;
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &flattener)) {
    return InvalidArgument(flattener.error().empty() ? "context: expected a JSON object" : flattener.error());
  }
  const std::vector<Flattener::Entry> entries = flattener.Take();
  std::vector<Attribute> attributes;
  attributes.reserve(entries.size());
  for (const Flattener::Entry& entry : entries) attributes.push_back({entry.name, entry.value.view()});
  return Context(attributes);
}

}  // namespace expt::cli
