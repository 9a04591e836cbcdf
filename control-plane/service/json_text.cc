#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <vector>

#include "control-plane/service/json_reader.h"
#include "control-plane/service/service.h"

namespace expt::service {
namespace {

using nlohmann::json;

constexpr size_t kMaxDepth = 32;

// Builds the value like nlohmann's own parser, and stops at what that one lets pass.
class StrictReader : public nlohmann::json_sax<json> {
 public:
  json Take() { return std::move(root_); }
  const std::string& error() const { return error_; }

  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override { return Add(value); }
  bool number_unsigned(number_unsigned_t value) override { return Add(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    if (!std::isfinite(value)) return Stop("number is out of range");
    if (text.find_first_of(".eE") == std::string::npos) return Stop("integer needs more than 64 bits");
    return Add(value);
  }
  bool string(string_t& value) override { return Add(std::move(value)); }
  bool binary(binary_t&) override { return Stop("binary value"); }
  bool start_object(std::size_t) override { return Open(json::object()); }
  bool key(string_t& name) override {
    if (open_.back()->contains(name)) return Stop("name \"" + name + "\" stands there twice");
    name_ = std::move(name);
    return true;
  }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(json::array()); }
  bool end_array() override { return Close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& exception) override {
    // 406 is a number that no double holds.
    return Stop(exception.id == 406 ? "number is out of range" : "not JSON at byte " + std::to_string(position));
  }

 private:
  bool Stop(std::string error) {
    if (error_.empty()) error_ = std::move(error);
    return false;
  }

  // Where the value went, or null when there is no room for it.
  json* Place(json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    return &(parent[name_] = std::move(value));
  }

  bool Add(json value) {
    Place(std::move(value));
    return true;
  }

  bool Open(json empty) {
    if (open_.size() == kMaxDepth) return Stop("nested deeper than " + std::to_string(kMaxDepth));
    open_.push_back(Place(std::move(empty)));
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  json root_;
  std::vector<json*> open_;  // from the root to where we are; only the last one grows, so the pointers hold
  std::string name_;
  std::string error_;
};

}  // namespace

Result<json> ParseJson(std::string_view text) {
  StrictReader reader;
  if (!json::sax_parse(text.begin(), text.end(), &reader)) {
    return Malformed(reader.error().empty() ? "not JSON" : reader.error());
  }
  return reader.Take();
}

}  // namespace expt::service
