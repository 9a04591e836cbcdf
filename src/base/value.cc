#include "expt/value.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "src/base/json_text.h"

namespace expt {
inline namespace v1 {

std::string_view ValueTypeName(ValueType type) {
  switch (type) {
    case ValueType::kBoolean:
      return "boolean";
    case ValueType::kString:
      return "string";
    case ValueType::kInteger:
      return "integer";
    case ValueType::kDouble:
      return "double";
    case ValueType::kJson:
      return "json";
    case ValueType::kStringList:
      return "string_list";
    case ValueType::kMissing:
      break;
  }
  return "missing";
}

bool operator==(const ValueView& a, const ValueView& b) {
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case ValueType::kBoolean:
      return a.boolean() == b.boolean();
    case ValueType::kInteger:
      return a.integer() == b.integer();
    case ValueType::kDouble:
      return a.real() == b.real();
    case ValueType::kString:
    case ValueType::kJson:
      return a.text() == b.text();
    case ValueType::kStringList:
      return std::equal(a.list().begin(), a.list().end(), b.list().begin(), b.list().end());
    case ValueType::kMissing:
      break;
  }
  return true;
}

std::string ToJson(const ValueView& value) {
  std::string out;
  base::AppendJson(out, value);
  return out;
}

struct Value::Bytes {
  std::string text;
  std::vector<std::string_view> list;  // views of text
};

Value::Value(const ValueView& view) : view_(view) {
  if (view.type() == ValueType::kString || view.type() == ValueType::kJson) {
    auto bytes = std::make_shared<Bytes>();
    bytes->text = view.text();
    view_ = view.type() == ValueType::kJson ? ValueView::Json(bytes->text) : ValueView(bytes->text);
    bytes_ = std::move(bytes);
  } else if (view.type() == ValueType::kStringList) {
    auto bytes = std::make_shared<Bytes>();
    for (const std::string_view text : view.list()) bytes->text.append(text);
    size_t at = 0;
    for (const std::string_view text : view.list()) {
      bytes->list.push_back(std::string_view(bytes->text).substr(at, text.size()));
      at += text.size();
    }
    view_ = ValueView(std::span<const std::string_view>(bytes->list));
    bytes_ = std::move(bytes);
  }
}

}  // namespace v1
}  // namespace expt
