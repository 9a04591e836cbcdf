#include "src/base/casefold.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "src/base/casefold_table.h"
#include "src/base/utf8.h"

namespace expt::base {
namespace {

bool IsAscii(char c) { return static_cast<uint8_t>(c) < 0x80; }

char FoldAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Eight ASCII characters at once: bit 7 of each sum says "at least A" and "above Z".
uint64_t FoldAscii(uint64_t block) {
  constexpr uint64_t kEach = 0x0101010101010101u;
  const uint64_t from_a = block + kEach * (0x80 - 'A');
  const uint64_t above_z = block + kEach * (0x7f - 'Z');
  return block | (from_a & ~above_z & kEach * 0x80) >> 2;
}

// Bytes of the character at `at`, which is not the end; 1 for a byte that is no part of one.
size_t CharacterSize(std::string_view text, size_t at) {
  const size_t size = Utf8CharacterSize(text, at);
  return size == 0 ? 1 : size;
}

// The same for the character that ends at `end`, which is not 0.
size_t CharacterSizeBefore(std::string_view text, size_t end) {
  const std::string_view before = text.substr(0, end);
  for (size_t size = 2; size <= 4 && size <= end; ++size) {
    if (Utf8CharacterSize(before, end - size) == size) return size;
  }
  return 1;
}

// One character of the folded text, as bytes.
struct FoldedCharacter {
  char bytes[4];
  size_t size;

  FoldedCharacter(std::string_view text, size_t at, size_t taken) {
    if (taken == 1) {
      bytes[0] = FoldAscii(text[at]);
      size = 1;
    } else {
      size = EncodeUtf8(FoldCase(DecodeUtf8(text, at, taken)), bytes);
    }
  }
};

// Whether `folded` is what the text from `at` on begins with or, when `is_whole`, is.
bool Matches(std::string_view text, size_t at, std::string_view folded, bool is_whole) {
  size_t seen = 0;
  while (seen < folded.size()) {
    if (at == text.size()) return false;
    if (IsAscii(text[at])) {
      if (FoldAscii(text[at]) != folded[seen]) return false;
      ++at;
      ++seen;
      continue;
    }
    const size_t taken = CharacterSize(text, at);
    const FoldedCharacter next(text, at, taken);
    const size_t compared = std::min(next.size, folded.size() - seen);
    if (std::memcmp(next.bytes, folded.data() + seen, compared) != 0) return false;
    if (compared < next.size) return !is_whole;
    at += taken;
    seen += compared;
  }
  return !is_whole || at == text.size();
}

}  // namespace

char32_t FoldCase(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
  if (c >= 0x20000) return c;
  const bool is_basic = c < 0x10000;
  const uint32_t low = c & 0xffff;
  // The last run that does not begin after the character, or the first of all.
  size_t run = is_basic ? 0 : casefold::kBasicRuns;
  size_t runs = is_basic ? casefold::kBasicRuns : casefold::kRuns - casefold::kBasicRuns;
  while (runs > 1) {
    const size_t half = runs / 2;
    run += casefold::kFirst[run + half] <= low ? half : 0;
    runs -= half;
  }
  const uint32_t offset = low - casefold::kFirst[run];  // huge before the first run
  const uint32_t is_every_other = casefold::kLength[run] >> 7;
  const uint32_t last = ((casefold::kLength[run] & 0x7fu) - 1) << is_every_other;
  if (offset > last || (offset & is_every_other) != 0) return c;
  return (c & 0x10000) | ((low + casefold::kDistance[run]) & 0xffff);
}

std::string Folded(std::string_view text) {
  std::string out(text.size() + text.size() / 2, '\0');
  const auto folded = FoldInto(text, out);
  out.resize(folded ? folded->size() : 0);
  return out;
}

std::optional<std::string_view> FoldInto(std::string_view text, std::span<char> room) {
  size_t at = 0;
  size_t size = 0;
  while (at < text.size()) {
    uint64_t block;
    if (text.size() - at >= sizeof block && room.size() - size >= sizeof block) {
      std::memcpy(&block, text.data() + at, sizeof block);
      if ((block & 0x8080808080808080u) == 0) {
        block = FoldAscii(block);
        std::memcpy(room.data() + size, &block, sizeof block);
        at += sizeof block;
        size += sizeof block;
        continue;
      }
    }
    if (IsAscii(text[at])) {
      if (size == room.size()) return std::nullopt;
      room[size++] = FoldAscii(text[at++]);
      continue;
    }
    const size_t taken = CharacterSize(text, at);
    const FoldedCharacter next(text, at, taken);
    if (next.size > room.size() - size) return std::nullopt;
    std::memcpy(room.data() + size, next.bytes, next.size);
    at += taken;
    size += next.size;
  }
  return std::string_view(room.data(), size);
}

bool FoldedEquals(std::string_view text, std::string_view folded) { return Matches(text, 0, folded, true); }

bool FoldedStartsWith(std::string_view text, std::string_view folded) { return Matches(text, 0, folded, false); }

bool FoldedEndsWith(std::string_view text, std::string_view folded) {
  size_t end = text.size();
  size_t left = folded.size();
  while (left > 0) {
    if (end == 0) return false;
    const size_t taken = IsAscii(text[end - 1]) ? 1 : CharacterSizeBefore(text, end);
    end -= taken;
    const FoldedCharacter last(text, end, taken);
    const size_t compared = std::min(last.size, left);
    left -= compared;
    if (std::memcmp(last.bytes + last.size - compared, folded.data() + left, compared) != 0) return false;
  }
  return true;
}

bool FoldedContains(std::string_view text, std::string_view folded) {
  size_t at = 0;
  while (!Matches(text, at, folded, false)) {
    do {
      if (at == text.size()) return false;
      at += IsAscii(text[at]) ? 1 : CharacterSize(text, at);
    } while (at < text.size() && IsAscii(text[at]) && FoldAscii(text[at]) != folded[0]);
  }
  return true;
}

}  // namespace expt::base
