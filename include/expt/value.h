// Typed values: what a flag yields and what an attribute holds.
//
//   ValueView v = 20;                 // integer
//   ValueView s = "CH";               // string; views the literal, copies nothing
//   Value owned(v);                   // a copy that owns its bytes
//
// There is no coercion: a string "20" is never the integer 20.
#ifndef EXPT_VALUE_H_
#define EXPT_VALUE_H_

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace expt {
inline namespace v1 {

// Stored in snapshots; never renumbered.
enum class ValueType : uint8_t {
  kMissing = 0,
  kBoolean = 1,
  kString = 2,
  kInteger = 3,  // int64
  kDouble = 4,
  kJson = 5,        // flags only: UTF-8 JSON text
  kStringList = 6,  // attributes only
};

// "boolean", "string", "integer", "double", "json", "string_list" or "missing".
std::string_view ValueTypeName(ValueType type);

// A value that somebody else owns. Trivially copyable; valid while its bytes are.
// Thread-safe: immutable.
class ValueView {
 public:
  constexpr ValueView() = default;
  template <std::same_as<bool> B>
  constexpr ValueView(B value) : type_(ValueType::kBoolean) {  // NOLINT: implicit by intent
    payload_.boolean = value;
  }
  // An unsigned value above the range of int64 is missing.
  template <std::integral I>
    requires(!std::same_as<I, bool> && !std::same_as<I, char>)
  constexpr ValueView(I value) {  // NOLINT
    if constexpr (std::unsigned_integral<I> && sizeof(I) == 8) {
      if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return;
    }
    type_ = ValueType::kInteger;
    payload_.integer = static_cast<int64_t>(value);
  }
  template <std::floating_point F>
  constexpr ValueView(F value) : type_(ValueType::kDouble) {  // NOLINT
    payload_.real = static_cast<double>(value);
  }
  constexpr ValueView(const char* value) : ValueView(std::string_view(value)) {}  // NOLINT
  constexpr ValueView(std::string_view value) : type_(ValueType::kString) {       // NOLINT
    payload_.text = {value.data(), value.size()};
  }
  ValueView(const std::string& value) : ValueView(std::string_view(value)) {}  // NOLINT
  // Views `list` and the strings in it.
  constexpr ValueView(std::span<const std::string_view> list)  // NOLINT
      : type_(ValueType::kStringList) {
    payload_.list = {list.data(), list.size()};
  }
  constexpr ValueView(std::initializer_list<std::string_view> list)  // NOLINT
      : ValueView(std::span<const std::string_view>(list.begin(), list.size())) {}

  // A JSON value; `text` is not parsed.
  static constexpr ValueView Json(std::string_view text) {
    ValueView v(text);
    v.type_ = ValueType::kJson;
    return v;
  }

  constexpr ValueType type() const { return type_; }
  constexpr bool is_missing() const { return type_ == ValueType::kMissing; }

  // Each accessor needs the type that it names; another type yields false, 0 or empty.
  constexpr bool boolean() const { return type_ == ValueType::kBoolean && payload_.boolean; }
  constexpr int64_t integer() const { return type_ == ValueType::kInteger ? payload_.integer : 0; }
  constexpr double real() const { return type_ == ValueType::kDouble ? payload_.real : 0; }
  // The text of a string or JSON value.
  constexpr std::string_view text() const {
    return type_ == ValueType::kString || type_ == ValueType::kJson
               ? std::string_view(payload_.text.data, payload_.text.size)
               : std::string_view();
  }
  constexpr std::span<const std::string_view> list() const {
    return type_ == ValueType::kStringList ? std::span<const std::string_view>(payload_.list.data, payload_.list.size)
                                           : std::span<const std::string_view>();
  }

  // Same type and same value; NaN differs from itself, 1 differs from 1.0.
  friend bool operator==(const ValueView& a, const ValueView& b);

 private:
  struct Text {
    const char* data;
    size_t size;
  };
  struct List {
    const std::string_view* data;
    size_t size;
  };
  union Payload {
    Text text = {nullptr, 0};  // first, so that no byte is ever unset
    int64_t integer;
    bool boolean;
    double real;
    List list;
  };
  Payload payload_;
  ValueType type_ = ValueType::kMissing;
};

// The flag value or attribute value as one line of JSON text, strings quoted. A missing value is `null`;
// a double that JSON cannot say (NaN, infinity) is `null` too.
std::string ToJson(const ValueView& value);

// A value that owns its bytes. Immutable once made; copies share the bytes, so copying is cheap.
// Thread-safe: every method is const.
class Value {
 public:
  Value() = default;
  explicit Value(const ValueView& view);
  static Value Json(std::string_view text) { return Value(ValueView::Json(text)); }

  // Valid while this object or a copy of it lives.
  const ValueView& view() const { return view_; }
  ValueType type() const { return view_.type(); }

  friend bool operator==(const Value& a, const Value& b) { return a.view_ == b.view_; }

 private:
  struct Bytes;
  std::shared_ptr<const Bytes> bytes_;  // what view_ points into; null for scalars
  ValueView view_;
};

}  // namespace v1
}  // namespace expt

#endif  // EXPT_VALUE_H_
