#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

#include "tests/vectors/definitions.h"

namespace expt::vectors {

using nlohmann::json;

namespace {

size_t TimesOf(const json& times) {
  if (!times.is_number_unsigned() || times.get<uint64_t>() > kMostTimes) {
    throw std::runtime_error("repeat: expected a whole number of times, at most " + std::to_string(kMostTimes));
  }
  return times.get<size_t>();
}

}  // namespace

Attributes::Attributes(const json& context) {
  if (context.is_array()) {
    for (const json& item : context) list_.push_back({Keep(item.at(0)), ValueOf(item.at(1))});
  } else {
    for (const auto& [name, value] : context.items()) list_.push_back({Keep(name), ValueOf(value)});
  }
}

ValueView Attributes::ValueOf(const json& value) {
  switch (value.type()) {
    case json::value_t::boolean:
      return ValueView(value.get<bool>());
    case json::value_t::string:
      return ValueView(Keep(value));
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      return ValueView(value.get<int64_t>());
    case json::value_t::number_float:
      return ValueView(value.get<double>());
    case json::value_t::array: {
      std::vector<std::string_view>& list = lists_.emplace_back();
      for (const json& text : value) list.push_back(Keep(text));
      return ValueView(std::span<const std::string_view>(list));
    }
    case json::value_t::object:
      break;
    default:
      return {};
  }
  if (value.contains("repeat")) return Repeated(value["repeat"].at(0), TimesOf(value["repeat"].at(1)));
  if (value.contains("integer"))
    return ValueView(static_cast<int64_t>(std::stoll(value["integer"].get<std::string>())));
  if (value.contains("bytes")) {  // hexadecimal; for text that is not UTF-8
    const std::string hex = value["bytes"];
    std::string bytes;
    for (size_t i = 0; i + 1 < hex.size(); i += 2) {
      bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    return ValueView(Keep(bytes));
  }
  const json& number = value.at("double");
  if (number.is_number()) return ValueView(number.get<double>());
  if (number == "NaN") return ValueView(std::numeric_limits<double>::quiet_NaN());
  const double infinity = std::numeric_limits<double>::infinity();
  if (number == "Infinity") return ValueView(infinity);
  if (number == "-Infinity") return ValueView(-infinity);
  throw std::runtime_error("not a double");
}

// A text or a list, that many times.
ValueView Attributes::Repeated(const json& what, size_t times) {
  if (what.is_string()) {
    std::string text;
    for (size_t i = 0; i < times; ++i) text += what.get<std::string>();
    return ValueView(Keep(std::move(text)));
  }
  std::vector<std::string_view>& list = lists_.emplace_back();
  for (size_t i = 0; i < times; ++i) {
    for (const json& text : what) list.push_back(Keep(text));
  }
  return ValueView(std::span<const std::string_view>(list));
}

}  // namespace expt::vectors
