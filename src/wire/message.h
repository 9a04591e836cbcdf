// How the messages of expt/v1/*.proto are described: for ScanMessage(), which checks bytes, and for DecodeMessage(),
// which fills structs from them.
#ifndef EXPT_SRC_WIRE_MESSAGE_H_
#define EXPT_SRC_WIRE_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "src/base/list.h"
#include "src/base/message.h"

namespace expt::wire {

// What stands in the bytes.
enum class FieldKind : uint8_t {
  kBool,
  kVarint32,  // uint32, sint32
  kVarint64,  // uint64, int64, sint64, enumerations
  kFixed64,   // fixed64, double
  kText,
  kBytes,
  kMessage,
  kPackedVarint32,
  kPackedVarint64,
  kPackedFixed64,
};

// What becomes of it in the struct. Lists are base::List or base::Table; columns are those of a table.
enum class Form : uint8_t {
  kNothing,
  kByte,       // uint8_t: bool, enumeration; 255 for what does not fit. Also a column
  kNumber32,   // uint32_t. Also a column
  kRow,        // uint32_t: the row, sent as row + 1; 0 is none. Also a column
  kRowSteps,   // column of the differences between what kRow sends
  kSigned32,   // int32_t from a zigzag
  kSigned64,   // int64_t from a zigzag
  kBits64,     // uint64_t or int64_t as it is, double from its bits
  kView,       // std::string_view
  kString,     // std::string
  kBytes32,    // std::array<uint8_t, 32>
  kNumbers32,  // list of uint32_t
  kSteps,      // list of uint32_t from the differences between them
  kSigned32s,  // list of int32_t
  kSigned64s,  // list of int64_t
  kFixed64s,   // list of uint64_t
  kReals,      // list of double
  kOperands,   // base::Table of model::OperandList: kind and size
  kViews,      // base::Table of std::string_view, one per occurrence
  kStrings,    // list of std::string, one per occurrence
  kBytes32s,   // list of std::array<uint8_t, 32>, one per occurrence
  kMessage,    // a struct that stands there
  kRows,       // a row per occurrence, from MessageDescription::make
  kTable,      // all rows at once, column by column
};

struct MessageDescription;

struct FieldDescription {
  uint8_t number = 0;
  FieldKind kind = FieldKind::kBool;
  Form form = Form::kNothing;
  bool is_repeated = false;  // may occur more than once; a packed field never does
  bool is_free = false;      // occurrences are no elements
  bool is_large = false;     // the list is a base::Table
  uint8_t slot = 0;          // members of one oneof share a slot; 0: the field's own number
  uint8_t choice = 0;        // byte that is stored when this field occurs; 0: none
  uint16_t memory = 0;       // bytes once decoded: of an occurrence, of each value when packed
  uint16_t offset = 0;       // of the struct's member
  const MessageDescription* message = nullptr;
};

// Makes one row in the list at `list`, which is likely to get `count`; for a table all of them. Returns the first.
#if defined(EXPT_SMALL_CODE)
// One function for rows of all types: they begin as a copy of one.
struct MakeRows {
  constexpr MakeRows() = default;
  constexpr MakeRows(void* (*make)(void* list, size_t count)) : own(make) {}  // NOLINT: as a pointer to a function
  constexpr MakeRows(const void* row, size_t size, bool all)
      : blank(row), row_size(static_cast<uint16_t>(size)), is_table(all) {}
  void* operator()(void* list, size_t count) const {
    return own != nullptr ? own(list, count) : base::AddRows(list, count, is_table ? count : 1, blank, row_size);
  }

  void* (*own)(void* list, size_t count) = nullptr;
  const void* blank = nullptr;
  uint16_t row_size = 0;
  bool is_table = false;
};
#else
using MakeRows = void* (*)(void* list, size_t count);
#endif

// `fields` are in the order of their numbers; numbers and slots are below 64.
struct MessageDescription {
  base::MessagePart name;
  std::span<const FieldDescription> fields;
  uint16_t choice_offset = 0;  // of the byte that FieldDescription::choice goes to
  uint16_t row_size = 0;       // of a table's row
  MakeRows make{};
};

// Null for a field that the schema does not know.
inline const FieldDescription* FindField(const MessageDescription& message, uint32_t number) {
  const auto fields = message.fields;
  // Numbers mostly run from 1 without a gap.
  if (number - 1 < fields.size() && fields[number - 1].number == number) return &fields[number - 1];
  for (const FieldDescription& field : fields) {
    if (field.number == number) return &field;
  }
  return nullptr;
}

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_MESSAGE_H_
