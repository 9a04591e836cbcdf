#include "src/wire/scan.h"

#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "src/base/message.h"
#include "src/base/small_code.h"
#include "src/base/status.h"
#include "src/base/utf8.h"
#include "src/wire/varint.h"

namespace expt::wire {
namespace {

constexpr uint32_t kVarintType = 0;
constexpr uint32_t kFixed64Type = 1;
constexpr uint32_t kLengthType = 2;
constexpr uint32_t kGroupType = 3;
constexpr uint32_t kEndGroupType = 4;
constexpr uint32_t kFixed32Type = 5;

constexpr uint32_t kMaxFieldNumber = (1u << 29) - 1;

bool ReadLongVarint(const char*& at, const char* end, uint64_t& value) {
  uint64_t sum = 0;
  for (int shift = 0; shift < 70 && at != end; shift += 7) {
    const auto byte = static_cast<uint8_t>(*at++);
    if (shift == 63 && byte > 1) return false;
    sum |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) {
      value = sum;
      return true;
    }
  }
  return false;
}

// Moves `at` behind a varint; false when it is cut short or longer than 64 bits.
inline bool ReadVarint(const char*& at, const char* end, uint64_t& value) {
  if (at != end && static_cast<uint8_t>(*at) < 0x80) {
    value = static_cast<uint8_t>(*at++);
    return true;
  }
  if (!base::kSmallCode && end - at >= 3) {
    const uint32_t first = static_cast<uint8_t>(at[0]) & 0x7fu;
    const uint32_t second = static_cast<uint8_t>(at[1]);
    const uint32_t third = static_cast<uint8_t>(at[2]);
    if (second < 0x80) {
      value = first | second << 7;
      at += 2;
      return true;
    }
    if (third < 0x80) {
      value = first | (second & 0x7f) << 7 | third << 14;
      at += 3;
      return true;
    }
  }
  return ReadLongVarint(at, end, value);
}

// How many varints end in the first `used` of the eight bytes at `at`, where one begins; `used` is where the last of
// them ends. 0 unless each takes four bytes at most, so that none can be wider than its kind.
inline uint64_t CountPlainVarints(const char* at, size_t& used) {
  constexpr uint64_t kMore = 0x8080808080808080u;
  uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  const uint64_t more = word & kMore;
  if (more == 0) {
    used = 8;
    return 8;
  }
  const uint64_t ends = more ^ kMore;
  if ((more & more << 8 & more << 16 & more << 24) != 0 || ends == 0) return 0;
  used = std::endian::native == std::endian::little ? 8 - static_cast<size_t>(std::countl_zero(ends)) / 8 : 0;
  return ((ends >> 7) * 0x0101010101010101u) >> 56;  // the product sums the eight marks
}

// Counts the varints of a packed field; false when one is cut short or wider than its kind.
bool CountVarints(std::string_view bytes, bool is_32_bit, uint64_t& count) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  uint64_t sum = 0;
  if constexpr (!base::kSmallCode) {
    sum = CountOneByteVarints(at, end);
    at += sum;
  }
  while (at != end) {
    while (!base::kSmallCode && std::endian::native == std::endian::little && end - at >= 8) {
      size_t used = 0;
      const uint64_t plain = CountPlainVarints(at, used);
      if (plain == 0) break;
      at += used;
      sum += plain;
    }
    if (at == end) break;
    uint64_t value;
    if (!ReadVarint(at, end, value) || (is_32_bit && value > 0xffffffffu)) return false;
    ++sum;
  }
  count = sum;
  return true;
}

uint32_t WireTypeOf(FieldKind kind) {
  switch (kind) {
    case FieldKind::kBool:
    case FieldKind::kVarint32:
    case FieldKind::kVarint64:
      return kVarintType;
    case FieldKind::kFixed64:
      return kFixed64Type;
    default:
      return kLengthType;
  }
}

class Scanner {
 public:
  Scanner(std::string_view bytes, const MessageDescription& message, const ScanLimits& limits, ScanResult& result)
      : begin_(bytes.data()), at_(begin_), limits_(limits), result_(result) {
    frames_.reserve(8);
    frames_.push_back({begin_ + bytes.size(), &message, 0, 0});
  }

  absl::Status Run() {
    while (true) {
      Frame& frame = frames_.back();
      if (at_ != frame.end) {
        if (!ScanField(frame)) return failure_;
      } else {
        frames_.pop_back();
        if (frames_.empty()) return absl::OkStatus();
      }
    }
  }

 private:
  struct Frame {
    const char* end;
    const MessageDescription* message;
    uint64_t seen;    // bit per slot
    uint32_t number;  // of the field being read
  };

  // Keeps the failure for Run(); false, so that callers can return it.
  EXPT_OUTLINE bool Fail(LoadCode code, base::MessagePart text) {
    base::Message place;
    for (const Frame& frame : frames_) place.append(frame.message->name).append(": ");
    if (frames_.back().number != 0) {
      place.append("field ").append(base::Number(frames_.back().number)).append(": ");
    }
    failure_ = base::LoadFailure(code, place.append(text));
    return false;
  }
  EXPT_OUTLINE bool BadEncoding(base::MessagePart text) { return Fail(LoadCode::kBadEncoding, text); }
  EXPT_OUTLINE bool CutShort() {
    return BadEncoding(base::Message("cut short at byte ").append(base::Number(at_ - begin_)));
  }
  EXPT_OUTLINE bool TooMany() {
    return Fail(LoadCode::kWireLimit,
                base::Message("more than ").append(base::Number(limits_.elements)).append(" elements"));
  }
  EXPT_OUTLINE bool TooDeep() {
    return Fail(LoadCode::kWireLimit, base::Message("nested deeper than ").append(base::Number(limits_.depth)));
  }
  EXPT_OUTLINE bool TooLarge() {
    return BadEncoding(
        base::Message("would take more than ").append(base::Number(limits_.memory)).append(" bytes of memory"));
  }

  bool ScanField(Frame& frame) {
    if (!base::kSmallCode && static_cast<uint8_t>(*at_) < 0x80) {
      const auto tag = static_cast<uint8_t>(*at_);
      frame.number = tag >> 3;
      const FieldDescription* const field = FindField(*frame.message, frame.number);
      if (field != nullptr && (tag & 7u) == WireTypeOf(field->kind)) {
        ++at_;
        if (!field->is_free && ++result_.elements > limits_.elements) return TooMany();
        return ScanKnown(frame, *field);
      }
    }
    frame.number = 0;
    uint64_t tag;
    if (!ReadVarint(at_, frame.end, tag)) return BadEncoding("tag is not a number");
    const uint64_t number = tag >> 3;
    const auto wire_type = static_cast<uint32_t>(tag & 7);
    if (number == 0 || number > kMaxFieldNumber || (number >= 19000 && number <= 19999)) {
      return BadEncoding("field number is not legal");
    }
    frame.number = static_cast<uint32_t>(number);
    if (wire_type == kGroupType || wire_type == kEndGroupType) {
      return Fail(LoadCode::kWireLimit, "expected no group fields, found one");
    }
    const FieldDescription* field = FindField(*frame.message, frame.number);
    if ((field == nullptr || !field->is_free) && ++result_.elements > limits_.elements) return TooMany();
    if (field == nullptr) return SkipUnknown(frame, wire_type);
    if (wire_type != WireTypeOf(field->kind)) return BadEncoding("wire type is not that of the schema");
    return ScanKnown(frame, *field);
  }

  // Behind the tag of a field that is counted and has the right wire type.
  EXPT_HOT bool ScanKnown(Frame& frame, const FieldDescription& field) {
    if (!field.is_repeated) {
      const uint64_t bit = uint64_t{1} << (field.slot != 0 ? field.slot : field.number);
      if ((frame.seen & bit) != 0) return BadEncoding("occurs more than once");
      frame.seen |= bit;
    }
    if (frames_.size() == 1) ++result_.occurrences[field.number];
    if (WireTypeOf(field.kind) != kLengthType) return ScanNumber(frame, field);
    if (!ScanContent(frame, field)) return false;
    if (!base::kSmallCode && field.kind == FieldKind::kText && field.is_free) SkipPlainTexts(frame, field);
    return true;
  }

  // Behind a text: all that follow with the same tag, as long as they are short and ASCII. Others, and those that may
  // be too many, are looked at one by one. Tags and lengths of short texts are ASCII too, so blocks are looked at, not
  // texts.
  void SkipPlainTexts(const Frame& frame, const FieldDescription& field) {
    constexpr ptrdiff_t kBlock = 256;  // more than a short text with its tag
    if (field.number >= 16 || frames_.size() != 1 || field.memory == 0) return;
    const auto tag = static_cast<char>(field.number << 3 | kLengthType);
    const uint64_t room = (limits_.memory - result_.memory) / field.memory;
    const char* at = at_;
    const char* const end = frame.end;
    const char* ascii_end = at;
    uint64_t count = 0;
    for (; count < room && end - at >= 2 && at[0] == tag; ++count) {
      const auto size = static_cast<uint8_t>(at[1]);
      if (size >= 0x80 || size > end - at - 2) break;
      const char* const next = at + 2 + size;
      if (next > ascii_end) {
        const ptrdiff_t block = std::min(end - at, kBlock);
        if (base::IsAscii({at, static_cast<size_t>(block)})) {
          ascii_end = at + block;
        } else if (!base::IsAscii({at + 2, size})) {
          break;
        }
      }
      at = next;
    }
    at_ = at;
    result_.occurrences[field.number] += static_cast<uint32_t>(count);
    result_.memory += count * field.memory;
  }

  EXPT_HOT bool ScanNumber(const Frame& frame, const FieldDescription& field) {
    if (field.kind == FieldKind::kFixed64) {
      if (frame.end - at_ < 8) return CutShort();
      at_ += 8;
      return Charge(field.memory);
    }
    uint64_t value;
    if (!ReadVarint(at_, frame.end, value)) return BadEncoding("expected a number");
    if (field.kind == FieldKind::kBool && value > 1) return BadEncoding("expected a boolean");
    if (field.kind == FieldKind::kVarint32 && value > 0xffffffffu) return BadEncoding("more than 32 bits");
    return Charge(field.memory);
  }

  EXPT_HOT bool ScanContent(const Frame& frame, const FieldDescription& field) {
    uint64_t size;
    if (!ReadVarint(at_, frame.end, size) || size > static_cast<uint64_t>(frame.end - at_)) return CutShort();
    const std::string_view content(at_, static_cast<size_t>(size));
    uint64_t count = 1;
    switch (field.kind) {
      case FieldKind::kText:
        if (!base::IsUtf8(content)) return BadEncoding("text is not UTF-8");
        break;
      case FieldKind::kPackedVarint32:
      case FieldKind::kPackedVarint64:
        if (!CountVarints(content, field.kind == FieldKind::kPackedVarint32, count)) {
          return BadEncoding("expected packed numbers");
        }
        break;
      case FieldKind::kPackedFixed64:
        if (content.size() % 8 != 0) return BadEncoding("expected packed numbers of 8 bytes");
        count = content.size() / 8;
        break;
      case FieldKind::kMessage:
        if (frames_.size() >= static_cast<size_t>(limits_.depth)) return TooDeep();
        if (!Charge(field.memory)) return false;
        frames_.push_back({at_ + size, field.message, 0, 0});  // `frame` is gone
        return true;
      default:
        break;
    }
    at_ += size;
    return Charge(count * field.memory);
  }

  bool SkipUnknown(const Frame& frame, uint32_t wire_type) {
    uint64_t size;
    switch (wire_type) {
      case kVarintType:
        return ReadVarint(at_, frame.end, size) || BadEncoding("expected a number");
      case kFixed64Type:
        size = 8;
        break;
      case kFixed32Type:
        size = 4;
        break;
      case kLengthType:
        if (!ReadVarint(at_, frame.end, size)) return CutShort();
        break;
      default:
        return BadEncoding("wire type is unknown");
    }
    if (size > static_cast<uint64_t>(frame.end - at_)) return CutShort();
    at_ += size;
    return true;
  }

  EXPT_HOT bool Charge(uint64_t memory) {
    result_.memory += memory;
    return result_.memory <= limits_.memory || TooLarge();
  }

  const char* const begin_;
  const char* at_;
  const ScanLimits& limits_;
  ScanResult& result_;
  std::vector<Frame> frames_;
  absl::Status failure_;
};

}  // namespace

absl::Status ScanMessage(std::string_view bytes, const MessageDescription& message, const ScanLimits& limits,
                         ScanResult* result) {
  ScanResult scratch;
  return Scanner(bytes, message, limits, result != nullptr ? *result : scratch).Run();
}

}  // namespace expt::wire
