// Lines of text from typed cells; shared by the dump of a model and the dump of the protobuf message.
#ifndef EXPT_TESTS_WIRE_DUMP_LINES_H_
#define EXPT_TESTS_WIRE_DUMP_LINES_H_

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace expt::wire {

class DumpLines {
 public:
  // Numbers in decimal, doubles as their bits, text in quotes with its size, lists in brackets.
  template <typename... Cells>
  void Line(std::string_view table, const Cells&... cells) {
    text_.append(table);
    (Cell(cells), ...);
    text_.push_back('\n');
  }
  const std::string& text() const { return text_; }

 private:
  template <typename T>
  void Cell(const T& cell) {
    text_.push_back(' ');
    Put(cell);
  }
  template <typename T>
  void Put(const T& value) {
    if constexpr (std::is_same_v<T, double>) {
      text_.append("d").append(std::to_string(std::bit_cast<uint64_t>(value)));
    } else if constexpr (std::is_enum_v<T>) {
      text_.append(std::to_string(static_cast<int64_t>(value)));
    } else if constexpr (std::is_integral_v<T>) {
      text_.append(std::to_string(value));
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      const std::string_view text(value);
      text_.append(std::to_string(text.size())).append("\"").append(text).append("\"");
    } else {
      text_.push_back('[');
      for (const auto& item : value) {
        Put(item);
        text_.push_back(',');
      }
      text_.push_back(']');
    }
  }

  std::string text_;
};

}  // namespace expt::wire

#endif  // EXPT_TESTS_WIRE_DUMP_LINES_H_
