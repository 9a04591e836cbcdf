#include "src/wire/decode.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "src/base/large_memory.h"
#include "src/base/list.h"
#include "src/base/message.h"
#include "src/base/small_code.h"
#include "src/base/status.h"
#include "src/model/snapshot.h"
#include "src/wire/varint.h"

namespace expt::wire {
namespace {

// Enumerations keep unknown numbers; what does not fit a byte becomes 255, which no enumeration uses.
uint8_t EnumByte(uint64_t value) { return value > 255 ? 255 : static_cast<uint8_t>(value); }

uint64_t ReadFixed64(const char* at) {
  uint64_t word = 0;
  for (int byte = 0; byte < 8; ++byte) word |= uint64_t{static_cast<uint8_t>(at[byte])} << (8 * byte);
  return word;
}

template <typename T>
void Store(char* to, T value) {
  std::memcpy(to, &value, sizeof(value));
}

template <typename T>
T& As(char* at) {
  return *reinterpret_cast<T*>(at);
}

// The fields of a message, one by one.
struct Cursor {
  explicit Cursor(std::string_view bytes) : at(bytes.data()), end(at + bytes.size()) {}

  bool Next() {
    if (at == end) return false;
    const uint64_t tag = ReadVarint(at);
    number = static_cast<uint32_t>(tag >> 3);
    switch (tag & 7) {
      case 0:
        value = ReadVarint(at);
        break;
      case 1:
        value = ReadFixed64(at);
        at += 8;
        break;
      case 2: {
        const auto size = static_cast<size_t>(ReadVarint(at));
        content = {at, size};
        at += size;
        break;
      }
      default:
        at += 4;
    }
    return true;
  }

  const char* at;
  const char* end;
  uint32_t number = 0;
  uint64_t value = 0;
  std::string_view content;
};

// A packed field: a column of a table, or a list.
class PackedReader {
 public:
  // `content` holds `count` values.
  PackedReader(Form form, std::string_view content, size_t count, TakenEntries& taken)
      : form_(form), is_of_bytes_(!base::kSmallCode && content.size() == count), at_(content.data()), taken_(taken) {}

  // The next `count` values, which come to stand `stride` bytes apart.
  void Read(size_t count, char* to, size_t stride) {
    switch (form_) {
      case Form::kByte:
        return ForEach(count, to, stride, [](char* at, uint64_t v) { Store(at, EnumByte(v)); });
      case Form::kNumber32:
      case Form::kNumbers32:
        return ForEach(count, to, stride, [](char* at, uint64_t v) { Store(at, static_cast<uint32_t>(v)); });
      case Form::kRow:
        return ForEach(count, to, stride, [](char* at, uint64_t v) { Store(at, static_cast<uint32_t>(v) - 1); });
      case Form::kRowSteps:
      case Form::kSteps: {
        const uint32_t none = form_ == Form::kRowSteps ? 1 : 0;
        uint32_t sum = sum_;
        ForEach(count, to, stride, [&](char* at, auto v) {
          if constexpr (sizeof(v) == 1) {
            sum += static_cast<uint32_t>(kFromZigzagByte[v]);
          } else {
            sum += static_cast<uint32_t>(FromZigzag(v));
          }
          Store(at, sum - none);
        });
        sum_ = sum;
        return;
      }
      case Form::kSigned32s:
        return ForEach(count, to, stride, [](char* at, uint64_t v) { Store(at, static_cast<int32_t>(FromZigzag(v))); });
      case Form::kSigned64s:
        return ForEach(count, to, stride, [](char* at, uint64_t v) { Store(at, FromZigzag(v)); });
      case Form::kOperands:
        return ForEach(count, to, stride, [&taken = taken_](char* at, uint64_t v) {
          const auto kind = static_cast<uint8_t>(v % taken.size());
          const auto size = static_cast<uint32_t>(v / taken.size());
          auto& list = As<model::OperandList>(at);
          list.kind = static_cast<model::OperandKind>(kind);
          list.begin = static_cast<uint32_t>(taken[kind]);
          list.size = size;
          taken[kind] += size;
        });
      default:
        return;
    }
  }

 private:
  template <typename StoreOne>
  EXPT_HOT void ForEach(size_t count, char* to, size_t stride, StoreOne store) {
    const char* at = at_;
    if (!base::kSmallCode && is_of_bytes_) {  // as in most columns
      for (; count >= 4; count -= 4, at += 4, to += 4 * stride) {
        store(to, static_cast<uint8_t>(at[0]));
        store(to + stride, static_cast<uint8_t>(at[1]));
        store(to + 2 * stride, static_cast<uint8_t>(at[2]));
        store(to + 3 * stride, static_cast<uint8_t>(at[3]));
      }
    }
    for (; count != 0; --count, to += stride) store(to, ReadVarint(at));
    at_ = at;
  }

  Form form_;
  bool is_of_bytes_;  // each value takes one byte
  uint32_t sum_ = 0;  // of the steps so far
  const char* at_;
  TakenEntries& taken_;
};

class Decoder {
 public:
  Decoder(base::Arena* arena, TakenEntries& taken) : arena_(arena), taken_(taken) {}

  void Message(std::string_view bytes, const MessageDescription& message, const uint32_t* expected, char* out) {
    for (Cursor cursor(bytes); cursor.Next();) {
      const FieldDescription* const field = FindField(message, cursor.number);
      if (field == nullptr) continue;
      if (field->choice != 0) out[message.choice_offset] = static_cast<char>(field->choice);
      Field(cursor, message, *field, expected == nullptr ? 0 : expected[field->number], out + field->offset);
    }
  }

  absl::Status status;

 private:
  using Bytes32 = std::array<uint8_t, 32>;
  struct Column {
    const FieldDescription* field;
    PackedReader values;
  };

  EXPT_HOT void Field(Cursor& cursor, const MessageDescription& message, const FieldDescription& field, uint32_t expected,
             char* to) {
    const std::string_view content = cursor.content;
    switch (field.form) {
      case Form::kByte:
        return Store(to, EnumByte(cursor.value));
      case Form::kNumber32:
        return Store(to, static_cast<uint32_t>(cursor.value));
      case Form::kRow:
        return Store(to, static_cast<uint32_t>(cursor.value) - 1);
      case Form::kSigned32:
        return Store(to, static_cast<int32_t>(FromZigzag(cursor.value)));
      case Form::kSigned64:
        return Store(to, FromZigzag(cursor.value));
      case Form::kBits64:
        return Store(to, cursor.value);
      case Form::kView:
        return Store(to, content);
      case Form::kString:
        As<std::string>(to) = content;
        return;
      case Form::kBytes32:
        return ReadBytes32(message, field, content, As<Bytes32>(to));
      case Form::kNumbers32:
      case Form::kSteps:
        return ReadList<uint32_t>(field, content, to);
      case Form::kSigned32s:
        return ReadList<int32_t>(field, content, to);
      case Form::kSigned64s:
        return ReadList<int64_t>(field, content, to);
      case Form::kFixed64s:
        return ReadFixedList<uint64_t>(field, content, to);
      case Form::kReals:
        return ReadFixedList<double>(field, content, to);
      case Form::kOperands:
        return ReadList<model::OperandList>(field, content, to);
      case Form::kViews:
        cursor.at = ReadViews(cursor, expected, As<base::Table<std::string_view>>(to));
        return;
      case Form::kStrings:
        As<std::vector<std::string>>(to).emplace_back(content);
        return;
      case Form::kBytes32s:
        return ReadBytes32(message, field, content, As<std::vector<Bytes32>>(to).emplace_back());
      case Form::kMessage:
        return Message(content, *field.message, nullptr, to);
      case Form::kRows:
        return Message(content, *field.message, nullptr, static_cast<char*>(field.message->make(to, expected)));
      case Form::kTable:
        return Table(content, *field.message, to);
      case Form::kNothing:
      case Form::kRowSteps:
        return;
    }
  }

  // Makes the list of that many values that stands at `list`.
  template <typename T>
  T* Resize(const FieldDescription& field, char* list, size_t count) {
    if constexpr (!base::kSmallCode) {
      if (field.is_large) {
        As<base::Table<T>>(list).resize(count);
        return As<base::Table<T>>(list).data();
      }
      if (arena_ != nullptr) {
        T* const values = arena_->Allocate<T>(count);
        As<base::List<T>>(list).Borrow(values, count);
        return values;
      }
    }
    As<base::List<T>>(list).resize(count);
    return As<base::List<T>>(list).data();
  }

  template <typename T>
  void ReadList(const FieldDescription& field, std::string_view content, char* list) {
    const size_t count = CountVarints(content);
    T* const values = Resize<T>(field, list, count);
    PackedReader(field.form, content, count, taken_).Read(count, reinterpret_cast<char*>(values), sizeof(T));
  }

  template <typename T>
  void ReadFixedList(const FieldDescription& field, std::string_view content, char* list) {
    static_assert(sizeof(T) == 8);
    const size_t count = content.size() / sizeof(T);
    T* const values = Resize<T>(field, list, count);
    const char* from = content.data();
    for (size_t i = 0; i < count; ++i, from += sizeof(T)) {
      const uint64_t word = ReadFixed64(from);
      std::memcpy(&values[i], &word, sizeof(word));
    }
  }

  // What the cursor stands behind, and all that follow with the same tag. Returns where the next field begins.
  static const char* ReadViews(const Cursor cursor, uint32_t expected, base::Table<std::string_view>& list) {
    if (list.empty()) list.reserve(expected);
    list.push_back(cursor.content);
    const char* at = cursor.at;
    if (base::kSmallCode || cursor.number >= 16) return at;  // a tag of two bytes
    const auto tag = static_cast<char>(cursor.number << 3 | 2);
    while (at != cursor.end && *at == tag) {
      const auto size = static_cast<size_t>(ReadVarint(++at));
      list.emplace_back(at, size);
      at += size;
    }
    return at;
  }

  // Rows are as many as the first column tells; another column may be absent.
  void Table(std::string_view content, const MessageDescription& message, char* to) {
    size_t count = 0;
    for (Cursor cursor(content); cursor.Next();) {
      if (cursor.number == 1) count = CountVarints(cursor.content);
    }
    const auto rows = static_cast<char*>(message.make(to, count));
    std::vector<Column> columns;
    for (Cursor cursor(content); cursor.Next();) {
      const FieldDescription* const field = FindField(message, cursor.number);
      if (field == nullptr || cursor.content.empty()) continue;
      if (CountVarints(cursor.content) != count) {
        Fail(base::Message(message.name).append(": columns are of different length"));
        continue;
      }
      PackedReader values(field->form, cursor.content, count, taken_);
      if constexpr (base::kSmallCode) {  // makes rows with what absent columns mean
        values.Read(count, rows + field->offset, message.row_size);
      } else {
        columns.push_back({field, values});
      }
    }
    if constexpr (!base::kSmallCode) ReadColumns(message, columns, count, rows);
  }

  // As many rows at a time as the nearest cache holds.
  static void ReadColumns(const MessageDescription& message, std::vector<Column>& columns, size_t count, char* rows) {
    constexpr size_t kAtOnce = 512;
    for (size_t begin = 0; begin < count; begin += kAtOnce) {
      const size_t part = std::min(count - begin, kAtOnce);
      char* const first = rows + begin * message.row_size;
      if (columns.size() != message.fields.size()) SetAbsent(message, columns, part, first);
      for (Column& column : columns) column.values.Read(part, first + column.field->offset, message.row_size);
    }
  }

  // Absent columns hold zeros, as they are sent. What others hold is left undefined.
  static void SetAbsent(const MessageDescription& message, const std::vector<Column>& columns, size_t count,
                        char* rows) {
    for (const FieldDescription& field : message.fields) {
      const auto is_of = [&field](const Column& column) { return column.field == &field; };
      if (std::any_of(columns.begin(), columns.end(), is_of)) continue;
      char* const to = rows + field.offset;
      if (field.form == Form::kByte) {
        *to = 0;
      } else {
        Store(to, uint32_t{field.form == Form::kRow || field.form == Form::kRowSteps ? model::kNone : 0});
      }
    }
    // The other rows are copies of the first.
    for (size_t done = 1; done < count; done *= 2) {
      std::memcpy(rows + done * message.row_size, rows, std::min(done, count - done) * message.row_size);
    }
  }

  void ReadBytes32(const MessageDescription& message, const FieldDescription& field, std::string_view content,
                   Bytes32& to) {
    if (content.size() == to.size()) {
      std::memcpy(to.data(), content.data(), to.size());
      return;
    }
    Fail(base::Message(message.name)
             .append(": field ")
             .append(base::Number(field.number))
             .append(": expected 32 bytes, found ")
             .append(base::Number(content.size())));
  }

  // The first failure counts.
  void Fail(base::MessagePart text) {
    if (status.ok()) status = base::LoadFailure(LoadCode::kBadEncoding, text);
  }

  base::Arena* const arena_;
  TakenEntries& taken_;
};

}  // namespace

absl::Status DecodeMessage(std::string_view payload, const MessageDescription& message, const ScanResult& scan,
                           void* out, base::Arena* arena, TakenEntries* taken) {
  TakenEntries none{};
  Decoder decoder(arena, taken != nullptr ? *taken : none);
  decoder.Message(payload, message, scan.occurrences.data(), static_cast<char*>(out));
  return decoder.status;
}

}  // namespace expt::wire
