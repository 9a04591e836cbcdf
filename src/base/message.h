// Texts that say what is wrong and where, for people. Where EXPT_WITHOUT_TEXTS is set (the WASM module that pages load),
// they are not made: a Message knows only whether anything is said. Checks are the same code either way, so both agree
// on what is wrong; expt_explain.wasm and every native program have the texts.
//
//   Message text = "has " + Number(count) + " points";
//   if (!text.empty()) Report(Within(place, Named("ramp", key)), text);
#ifndef EXPT_SRC_BASE_MESSAGE_H_
#define EXPT_SRC_BASE_MESSAGE_H_

#include <concepts>
#include <string>
#include <string_view>

namespace expt::base {

#if defined(EXPT_WITHOUT_TEXTS)

inline constexpr bool kHasMessages = false;

class Message {
 public:
  constexpr Message() = default;
  constexpr Message(const char* text) : is_said_(*text != '\0') {}                // NOLINT: as std::string
  constexpr Message(std::string_view) : is_said_(true) {}                         // NOLINT: a name, never alone
  Message(const std::string& text) : is_said_(!text.empty()) {}                   // NOLINT

  constexpr bool empty() const { return !is_said_; }
  constexpr void clear() { is_said_ = false; }
  constexpr Message& operator+=(const Message& more) {
    is_said_ = is_said_ || more.is_said_;
    return *this;
  }
  constexpr Message& append(const Message& more) { return *this += more; }
  friend constexpr Message operator+(Message a, const Message& b) { return a += b; }
  constexpr operator std::string_view() const { return {}; }  // NOLINT

 private:
  bool is_said_ = false;
};
using MessagePart = Message;

template <std::integral T>
constexpr Message Number(T) {
  return "0";
}
constexpr Message Quoted(std::string_view) { return "\""; }
constexpr Message Named(std::string_view, std::string_view) { return "\""; }
constexpr Message Within(const Message& outer, const Message& inner) { return outer + inner; }

#else

inline constexpr bool kHasMessages = true;

using Message = std::string;
using MessagePart = std::string_view;

template <std::integral T>
Message Number(T value) {
  return std::to_string(value);
}

// `text` in double quotes.
inline Message Quoted(std::string_view text) { return std::string("\"").append(text).append("\""); }

// `flag "checkout"`
inline Message Named(std::string_view noun, std::string_view name) {
  return std::string(noun).append(" ").append(Quoted(name));
}

// `outer: inner`, or the one that is not empty.
inline Message Within(std::string_view outer, std::string_view inner) {
  return std::string(outer).append(outer.empty() || inner.empty() ? "" : ": ").append(inner);
}

#endif

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_MESSAGE_H_
