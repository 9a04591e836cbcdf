// The only door to protozero: reading fields of a message that ScanMessage() has passed, writing fields in the
// canonical form of proto3 (fields in the order of their numbers, zero values left out, numbers packed).
//
// After ScanMessage() nothing in protozero can throw or assert: every tag, wire type, length and varint is known to
// be sound. Where exceptions are switched off, its `throw` expressions become calls of abort().
#ifndef EXPT_SRC_WIRE_PBF_H_
#define EXPT_SRC_WIRE_PBF_H_

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Everything that protozero includes from the standard library stands above, so that these words keep their meaning
// there.
#define PROTOZERO_USE_VIEW std::string_view
#if !defined(__cpp_exceptions)
#define throw ::std::abort(), (void)
#define try if constexpr (true)
#define catch(any) else
#endif
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#if !defined(__cpp_exceptions)
#undef throw
#undef try
#undef catch
#endif

namespace expt::wire {

using Reader = protozero::pbf_reader;

// A packed column of varints, value by value.
class Column {
 public:
  Column() = default;
  explicit Column(std::string_view bytes) : next_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // How many values are left.
  size_t size() const {
    size_t count = 0;
    const char* at = next_;
    for (; end_ - at >= 8; at += 8) {
      uint64_t word;
      std::memcpy(&word, at, sizeof(word));
      // A byte without its top bit ends a varint; the product sums the eight marks.
      count += (~word >> 7 & 0x0101010101010101u) * 0x0101010101010101u >> 56;
    }
    for (; at != end_; ++at) count += static_cast<unsigned char>(*at) < 0x80;
    return count;
  }

  // 0 behind the last value: an absent column holds zeros.
  uint64_t Next() { return next_ == end_ ? 0 : protozero::decode_varint(&next_, end_); }
  // Of a column of differences.
  uint32_t NextSum() {
    if (next_ != end_) sum_ += static_cast<uint32_t>(protozero::decode_zigzag64(Next()));
    return sum_;
  }

 private:
  const char* next_ = nullptr;
  const char* end_ = nullptr;
  uint32_t sum_ = 0;
};

// Reads a packed field of uint32 values.
inline void ReadPacked(Reader& reader, std::vector<uint32_t>& out) {
  Column column(reader.get_view());
  out.resize(column.size());
  for (uint32_t& value : out) value = static_cast<uint32_t>(column.Next());
}

// The same of a field of differences.
inline void ReadPackedDelta(Reader& reader, std::vector<uint32_t>& out) {
  Column column(reader.get_view());
  out.resize(column.size());
  for (uint32_t& value : out) value = column.NextSum();
}

inline void ReadPackedZigzag(Reader& reader, std::vector<int64_t>& out) {
  Column column(reader.get_view());
  out.resize(column.size());
  for (int64_t& value : out) value = protozero::decode_zigzag64(column.Next());
}

inline void ReadPackedZigzag(Reader& reader, std::vector<int32_t>& out) {
  Column column(reader.get_view());
  out.resize(column.size());
  for (int32_t& value : out) value = static_cast<int32_t>(protozero::decode_zigzag64(column.Next()));
}

// A packed field of fixed64 or double values.
template <typename T>
void ReadPackedFixed(Reader& reader, std::vector<T>& out) {
  static_assert(sizeof(T) == 8);
  const std::string_view bytes = reader.get_view();
  out.resize(bytes.size() / sizeof(T));
  for (size_t i = 0; i < out.size(); ++i) {
    uint64_t word = 0;
    for (size_t byte = 0; byte < 8; ++byte) {
      word |= uint64_t{static_cast<uint8_t>(bytes[i * 8 + byte])} << (8 * byte);
    }
    out[i] = std::bit_cast<T>(word);
  }
}

inline bool ReadBool(Reader& reader) { return reader.get_uint64() != 0; }

// Enumerations keep unknown numbers; what does not fit a byte becomes 255, which no enumeration uses.
inline uint8_t EnumByte(uint64_t value) { return value > 255 ? 255 : static_cast<uint8_t>(value); }

// Turns numbers into the varints of their differences.
class Delta {
 public:
  uint64_t operator()(uint32_t value) {
    const auto difference = static_cast<int32_t>(value - last_);
    last_ = value;
    return protozero::encode_zigzag32(difference);
  }

 private:
  uint32_t last_ = 0;
};

// Appends fields to a buffer.
class Writer {
 public:
  explicit Writer(std::string& out) : writer_(out) {}

  void Uint(uint32_t tag, uint64_t value) {
    if (value != 0) writer_.add_uint64(tag, value);
  }
  void Int(uint32_t tag, int64_t value) { Uint(tag, static_cast<uint64_t>(value)); }
  void Zigzag(uint32_t tag, int64_t value) { Uint(tag, protozero::encode_zigzag64(value)); }
  void Bool(uint32_t tag, bool value) { Uint(tag, value ? 1 : 0); }
  void Text(uint32_t tag, std::string_view value) {
    if (!value.empty()) writer_.add_bytes(tag, value);
  }

  // Members of a oneof, optional fields and elements of a repeated field are written also when they are zero or empty.
  void UintAlways(uint32_t tag, uint64_t value) { writer_.add_uint64(tag, value); }
  void ZigzagAlways(uint32_t tag, int64_t value) { writer_.add_sint64(tag, value); }
  void DoubleAlways(uint32_t tag, double value) { writer_.add_double(tag, value); }
  void BytesAlways(uint32_t tag, std::string_view value) { writer_.add_bytes(tag, value); }

  // Calls `write(Writer&)` for the submessage.
  template <typename Write>
  void Message(uint32_t tag, const Write& write) {
    std::string body;
    Writer inner(body);
    write(inner);
    writer_.add_bytes(tag, std::string_view(body));
  }

  template <typename List>
  void Packed(uint32_t tag, const List& values) {
    Packed(tag, values, [](auto value) { return static_cast<uint64_t>(value); });
  }
  template <typename List>
  void PackedDelta(uint32_t tag, const List& values) {
    Delta delta;
    Packed(tag, values, [&](uint32_t value) { return delta(value); });
  }
  template <typename List>
  void PackedZigzag(uint32_t tag, const List& values) {
    Packed(tag, values, [](auto value) { return protozero::encode_zigzag64(value); });
  }
  // `number(element)` gives the varint of an element.
  template <typename List, typename Number>
  void Packed(uint32_t tag, const List& values, const Number& number) {
    if (values.empty()) return;
    std::string body;
    for (const auto& value : values) protozero::add_varint_to_buffer(&body, number(value));
    writer_.add_bytes(tag, std::string_view(body));
  }
  // Of values of 8 bytes.
  template <typename List>
  void PackedFixed(uint32_t tag, const List& values) {
    std::string body;
    for (const auto& value : values) AppendFixed(body, value);
    Text(tag, body);
  }

  template <typename T>
  static void AppendFixed(std::string& body, T value) {
    static_assert(sizeof(T) == 8);
    const auto word = std::bit_cast<uint64_t>(value);
    for (int byte = 0; byte < 8; ++byte) body.push_back(static_cast<char>(word >> (8 * byte)));
  }

 private:
  protozero::pbf_writer writer_;
};

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_PBF_H_
