#include "control-plane/service/json_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "control-plane/service/instant.h"

namespace expt::service {
namespace {

using nlohmann::json;

// What a caller wrote, short enough for a message.
std::string Shortened(std::string_view text) {
  constexpr size_t kMost = 40;
  return text.size() <= kMost ? Quoted(text) : "a text of " + std::to_string(text.size()) + " bytes";
}

}  // namespace

bool IsKey(std::string_view text, size_t max_size) {
  return !text.empty() && text.size() <= max_size && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

std::string Child(std::string_view pointer, std::string_view token) {
  std::string child(pointer);
  child += '/';
  for (char c : token) {
    if (c == '~') {
      child += "~0";
    } else if (c == '/') {
      child += "~1";
    } else {
      child += c;
    }
  }
  return child;
}

std::string Child(std::string_view pointer, size_t index) { return std::string(pointer) + "/" + std::to_string(index); }

std::string_view Found(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return "null";
    case json::value_t::object:
      return "an object";
    case json::value_t::array:
      return "an array";
    case json::value_t::string:
      return "a string";
    case json::value_t::boolean:
      return "a boolean";
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      return "an integer";
    case json::value_t::number_float:
      return "a number";
    default:
      return "something else";
  }
}

bool IsInt64(const json& value) {
  if (value.is_number_unsigned()) {
    return value.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  }
  return value.is_number_integer();
}

ObjectReader::ObjectReader(const json& document, std::string_view pointer, Problems& problems)
    : document_(document), pointer_(pointer), problems_(problems), is_object_(document.is_object()) {
  if (!is_object_) {
    problems_.push_back({pointer_, "expected an object, found " + std::string(Found(document))});
  }
}

void ObjectReader::Report(std::string_view name, std::string text) { problems_.push_back({At(name), std::move(text)}); }

bool ObjectReader::Has(std::string_view name) const {
  if (!is_object_) return false;
  const auto found = document_.find(name);
  return found != document_.end() && !found->is_null();
}

const json* ObjectReader::Find(std::string_view name, bool is_required) {
  known_.push_back(name);
  if (!is_object_) return nullptr;
  const auto found = document_.find(name);
  if (found != document_.end() && !found->is_null()) return &*found;
  if (is_required) Report(name, "expected a value, found none");
  return nullptr;
}

std::string ObjectReader::Key(std::string_view name, size_t max_size) {
  const json* value = Find(name, true);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    Report(name, "expected a key, found " + std::string(Found(*value)));
    return {};
  }
  const std::string& text = value->get_ref<const std::string&>();
  if (!IsKey(text, max_size)) {
    Report(name,
           "expected 1 to " + std::to_string(max_size) + " characters of A-Z a-z 0-9 . _ -, found " + Shortened(text));
    return {};
  }
  return text;
}

std::string ObjectReader::OptionalKey(std::string_view name, std::string_view fallback, size_t max_size) {
  if (!Has(name)) {
    known_.push_back(name);
    return std::string(fallback);
  }
  return Key(name, max_size);
}

std::string ObjectReader::Text(std::string_view name, bool is_required, size_t max_size) {
  const json* value = Find(name, is_required);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    Report(name, "expected a string, found " + std::string(Found(*value)));
    return {};
  }
  const std::string& text = value->get_ref<const std::string&>();
  if (text.size() > max_size) {
    Report(name, "expected at most " + std::to_string(max_size) + " bytes, found " + std::to_string(text.size()));
    return {};
  }
  if (is_required && text.empty()) Report(name, "expected a text, found an empty string");
  return text;
}

bool ObjectReader::Boolean(std::string_view name, bool fallback) {
  const json* value = Find(name, false);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) {
    Report(name, "expected true or false, found " + std::string(Found(*value)));
    return fallback;
  }
  return value->get<bool>();
}

std::optional<int64_t> ObjectReader::Integer(std::string_view name, int64_t low, int64_t high) {
  const json* value = Find(name, false);
  if (value == nullptr) return std::nullopt;
  const std::string range = " in [" + std::to_string(low) + ", " + std::to_string(high) + "]";
  if (!value->is_number_integer()) {
    Report(name, "expected an integer" + range + ", found " + std::string(Found(*value)));
    return std::nullopt;
  }
  if (!IsInt64(*value) || value->get<int64_t>() < low || value->get<int64_t>() > high) {
    Report(name, "expected an integer" + range + ", found " + value->dump());
    return std::nullopt;
  }
  return value->get<int64_t>();
}

std::optional<double> ObjectReader::Number(std::string_view name) {
  const json* value = Find(name, false);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    Report(name, "expected a number, found " + std::string(Found(*value)));
    return std::nullopt;
  }
  return value->get<double>();
}

std::string ObjectReader::Word(std::string_view name, std::initializer_list<std::string_view> words,
                               std::string_view fallback) {
  const json* value = Find(name, fallback.empty());
  if (value == nullptr) return std::string(fallback);
  if (value->is_string()) {
    const std::string& text = value->get_ref<const std::string&>();
    if (std::find(words.begin(), words.end(), text) != words.end()) return text;
  }
  std::string choice;
  size_t left = words.size();
  for (std::string_view word : words) {
    --left;
    choice += Quoted(word);
    if (left > 1) choice += ", ";
    if (left == 1) choice += " or ";
  }
  Report(name, "expected " + choice + ", found " +
                   (value->is_string() ? Shortened(value->get_ref<const std::string&>()) : std::string(Found(*value))));
  return std::string(fallback);
}

std::optional<int64_t> ObjectReader::Instant(std::string_view name) {
  const json* value = Find(name, false);
  if (value == nullptr) return std::nullopt;
  const std::optional<int64_t> time =
      value->is_string() ? ParseInstant(value->get_ref<const std::string&>()) : std::nullopt;
  if (!time.has_value()) {
    Report(name,
           "expected a time such as \"2030-01-31T12:00:00Z\", found " +
               (value->is_string() ? Shortened(value->get_ref<const std::string&>()) : std::string(Found(*value))));
  }
  return time;
}

std::vector<std::string> ObjectReader::Texts(std::string_view name, size_t max_count, size_t max_size) {
  std::vector<std::string> texts;
  const json* list = Array(name, false, max_count);
  if (list == nullptr) return texts;
  for (size_t i = 0; i < list->size(); ++i) {
    const json& value = (*list)[i];
    if (!value.is_string()) {
      problems_.push_back({Child(At(name), i), "expected a string, found " + std::string(Found(value))});
      continue;
    }
    const std::string& text = value.get_ref<const std::string&>();
    if (text.empty() || text.size() > max_size) {
      problems_.push_back({Child(At(name), i), "expected 1 to " + std::to_string(max_size) + " bytes, found " +
                                                   std::to_string(text.size())});
      continue;
    }
    texts.push_back(text);
  }
  return texts;
}

const json* ObjectReader::Object(std::string_view name, bool is_required) {
  const json* value = Find(name, is_required);
  if (value == nullptr || value->is_object()) return value;
  Report(name, "expected an object, found " + std::string(Found(*value)));
  return nullptr;
}

const json* ObjectReader::Array(std::string_view name, bool is_required, size_t max_count) {
  const json* value = Find(name, is_required);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) {
    Report(name, "expected an array, found " + std::string(Found(*value)));
    return nullptr;
  }
  if (value->size() > max_count) {
    Report(name, "expected at most " + std::to_string(max_count) + " entries, found " + std::to_string(value->size()));
    return nullptr;
  }
  return value;
}

const json* ObjectReader::Any(std::string_view name, bool is_required) { return Find(name, is_required); }

void ObjectReader::Allow(std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) known_.push_back(name);
}

void ObjectReader::RefuseOthers() {
  if (!is_object_) return;
  for (const auto& [name, value] : document_.items()) {
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) Report(name, "unknown field");
  }
}

}  // namespace expt::service
