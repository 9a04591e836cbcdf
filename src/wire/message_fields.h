// Words for writing MessageDescriptions down. Internal to the schema files.
//
//   constexpr FieldDescription kLayerFields[] = {U32(1, AT(model::Layer, key)), U32(2, AT(model::Layer, bucketing))};
//
// A field whose message is read by hand has no place.
#ifndef EXPT_SRC_WIRE_MESSAGE_FIELDS_H_
#define EXPT_SRC_WIRE_MESSAGE_FIELDS_H_

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/large_memory.h"
#include "src/base/list.h"
#include "src/wire/message.h"

namespace expt::wire {

// Where a member of type T stands in its struct.
template <typename T>
struct Place {
  uint16_t offset;
};
#define EXPT_AT(Struct, member) \
  (::expt::wire::Place<decltype(Struct::member)>{static_cast<uint16_t>(offsetof(Struct, member))})

// What a row takes once it is decoded, on the machine where it takes the most. The sum decides what is refused, so it
// is the same on every machine.
template <typename T, uint16_t kBytes>
constexpr uint16_t Takes() {
  static_assert(sizeof(T) <= kBytes);
  return kBytes;
}
inline constexpr uint16_t kTextMemory = Takes<std::string_view, 16>();

using Bytes32List = std::vector<std::array<uint8_t, 32>>;

constexpr FieldDescription Field(uint8_t number, FieldKind kind, Form form = Form::kNothing, uint16_t offset = 0) {
  return {.number = number, .kind = kind, .form = form, .offset = offset};
}
constexpr FieldDescription Packed(uint8_t number, FieldKind kind, uint16_t memory, Form form = Form::kNothing,
                                  uint16_t offset = 0) {
  FieldDescription field = Field(number, kind, form, offset);
  field.memory = memory;
  return field;
}
constexpr FieldDescription Repeated(FieldDescription field, uint16_t memory) {
  field.is_repeated = true;
  field.memory = memory;
  return field;
}
// A member of the oneof `slot`; `choice` is the byte that tells it in the struct.
constexpr FieldDescription OneOf(uint8_t slot, FieldDescription field) {
  field.slot = slot;
  return field;
}
template <typename T>
constexpr FieldDescription OneOf(uint8_t slot, T choice, FieldDescription field) {
  field.slot = slot;
  field.choice = static_cast<uint8_t>(choice);
  return field;
}

constexpr FieldDescription Bool(uint8_t number) { return Field(number, FieldKind::kBool); }
constexpr FieldDescription Bool(uint8_t number, Place<bool> at) {
  return Field(number, FieldKind::kBool, Form::kByte, at.offset);
}
constexpr FieldDescription Enum(uint8_t number) { return Field(number, FieldKind::kVarint64); }
template <typename T>
  requires(sizeof(T) == 1)
constexpr FieldDescription Enum(uint8_t number, Place<T> at) {
  return Field(number, FieldKind::kVarint64, Form::kByte, at.offset);
}
constexpr FieldDescription U32(uint8_t number) { return Field(number, FieldKind::kVarint32); }
constexpr FieldDescription U32(uint8_t number, Place<uint32_t> at) {
  return Field(number, FieldKind::kVarint32, Form::kNumber32, at.offset);
}
// A row that may be absent, sent as row + 1.
constexpr FieldDescription Row(uint8_t number, Place<uint32_t> at) {
  return Field(number, FieldKind::kVarint32, Form::kRow, at.offset);
}
constexpr FieldDescription S32(uint8_t number, Place<int32_t> at) {
  return Field(number, FieldKind::kVarint32, Form::kSigned32, at.offset);
}
constexpr FieldDescription I64(uint8_t number) { return Field(number, FieldKind::kVarint64); }
template <typename T>
  requires(std::same_as<T, int64_t> || std::same_as<T, uint64_t>)
constexpr FieldDescription I64(uint8_t number, Place<T> at) {
  return Field(number, FieldKind::kVarint64, Form::kBits64, at.offset);
}
constexpr FieldDescription S64(uint8_t number, Place<int64_t> at) {
  return Field(number, FieldKind::kVarint64, Form::kSigned64, at.offset);
}
constexpr FieldDescription F64(uint8_t number) { return Field(number, FieldKind::kFixed64); }
constexpr FieldDescription F64(uint8_t number, Place<double> at) {
  return Field(number, FieldKind::kFixed64, Form::kBits64, at.offset);
}
constexpr FieldDescription Text(uint8_t number) { return Field(number, FieldKind::kText); }
constexpr FieldDescription Text(uint8_t number, Place<std::string_view> at) {
  return Field(number, FieldKind::kText, Form::kView, at.offset);
}
constexpr FieldDescription Text(uint8_t number, Place<std::string> at) {
  return Field(number, FieldKind::kText, Form::kString, at.offset);
}
constexpr FieldDescription Texts(uint8_t number, Place<base::Table<std::string_view>> at) {
  return Repeated(Field(number, FieldKind::kText, Form::kViews, at.offset), kTextMemory);
}
constexpr FieldDescription Texts(uint8_t number, Place<std::vector<std::string>> at) {
  return Repeated(Field(number, FieldKind::kText, Form::kStrings, at.offset), Takes<std::string, 32>());
}
constexpr FieldDescription Bytes(uint8_t number) { return Field(number, FieldKind::kBytes); }
constexpr FieldDescription Bytes(uint8_t number, Place<std::string_view> at) {
  return Field(number, FieldKind::kBytes, Form::kView, at.offset);
}
constexpr FieldDescription Bytes32(uint8_t number, Place<std::array<uint8_t, 32>> at) {
  return Field(number, FieldKind::kBytes, Form::kBytes32, at.offset);
}
constexpr FieldDescription Bytes32s(uint8_t number, Place<Bytes32List> at) {
  return Repeated(Field(number, FieldKind::kBytes, Form::kBytes32s, at.offset), 32);
}

constexpr FieldDescription List(uint8_t number, Place<base::List<uint32_t>> at) {
  return Packed(number, FieldKind::kPackedVarint32, sizeof(uint32_t), Form::kNumbers32, at.offset);
}
constexpr FieldDescription List(uint8_t number, Place<base::List<int32_t>> at) {
  return Packed(number, FieldKind::kPackedVarint32, sizeof(int32_t), Form::kSigned32s, at.offset);
}
constexpr FieldDescription List(uint8_t number, Place<base::List<int64_t>> at) {
  return Packed(number, FieldKind::kPackedVarint64, sizeof(int64_t), Form::kSigned64s, at.offset);
}
constexpr FieldDescription List(uint8_t number, Place<base::List<uint64_t>> at) {
  return Packed(number, FieldKind::kPackedFixed64, sizeof(uint64_t), Form::kFixed64s, at.offset);
}
constexpr FieldDescription List(uint8_t number, Place<base::List<double>> at) {
  return Packed(number, FieldKind::kPackedFixed64, sizeof(double), Form::kReals, at.offset);
}
// A list that is sent as the differences between its values.
constexpr FieldDescription Steps(uint8_t number, Place<base::List<uint32_t>> at) {
  return Packed(number, FieldKind::kPackedVarint32, sizeof(uint32_t), Form::kSteps, at.offset);
}
// The same lists as tables.
template <typename T>
  requires(!std::same_as<base::Table<T>, base::List<T>>)
constexpr FieldDescription List(uint8_t number, Place<base::Table<T>> at) {
  FieldDescription field = List(number, Place<base::List<T>>{at.offset});
  field.is_large = true;
  return field;
}
template <typename T>
  requires(!std::same_as<base::Table<T>, base::List<T>>)
constexpr FieldDescription Steps(uint8_t number, Place<base::Table<T>> at) {
  FieldDescription field = Steps(number, Place<base::List<T>>{at.offset});
  field.is_large = true;
  return field;
}
// A column of a table; the first one carries the memory of a row.
template <typename T>
  requires(sizeof(T) == 1 || std::same_as<T, uint32_t>)
constexpr FieldDescription Column(uint8_t number, Place<T> at, uint16_t row_memory = 0,
                                  Form form = sizeof(T) == 1 ? Form::kByte : Form::kNumber32) {
  return Packed(number, FieldKind::kPackedVarint32, row_memory, form, at.offset);
}
constexpr FieldDescription RowColumn(uint8_t number, Place<uint32_t> at) { return Column(number, at, 0, Form::kRow); }
constexpr FieldDescription RowStepColumn(uint8_t number, Place<uint32_t> at) {
  return Column(number, at, 0, Form::kRowSteps);
}

constexpr FieldDescription Message(uint8_t number, const MessageDescription& message) {
  return {.number = number, .kind = FieldKind::kMessage, .message = &message};
}
// A struct that stands at `offset`.
constexpr FieldDescription MessageAt(uint8_t number, const MessageDescription& message, uint16_t offset) {
  return {.number = number, .kind = FieldKind::kMessage, .form = Form::kMessage, .offset = offset, .message = &message};
}
template <typename T>
constexpr FieldDescription Rows(uint8_t number, Place<T> at, const MessageDescription& message) {
  return {.number = number, .kind = FieldKind::kMessage, .form = Form::kRows, .offset = at.offset, .message = &message};
}
template <typename T>
constexpr FieldDescription Table(uint8_t number, Place<T> at, const MessageDescription& message) {
  return {
      .number = number, .kind = FieldKind::kMessage, .form = Form::kTable, .offset = at.offset, .message = &message};
}

// MessageDescription::make for lists of T.
#if defined(EXPT_SMALL_CODE)
template <typename T>
[[clang::no_destroy]] inline constinit const T kBlank{};
template <typename T, typename List = std::vector<T>>
inline constexpr MakeRows MakeRow{&kBlank<T>, sizeof(T), false};
template <typename T>
inline constexpr MakeRows MakeTable{&kBlank<T>, sizeof(T), true};
#else
template <typename T, typename List = std::vector<T>>
void* MakeRow(void* list, size_t expected) {
  auto& rows = *static_cast<List*>(list);
  if (rows.empty()) rows.reserve(expected);
  return &rows.emplace_back();
}
template <typename T>
void* MakeTable(void* list, size_t count) {
  auto& rows = *static_cast<base::Table<T>*>(list);
  rows.resize(count);
  return rows.data();
}
#endif

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_MESSAGE_FIELDS_H_
