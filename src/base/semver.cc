#include "src/base/semver.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

namespace expt::base {
namespace {

constexpr size_t kMostDigits = 18;  // the largest number of any 18 digits fits into int64 too

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsLetterOrHyphen(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; }

// Reads the number at `at` and moves behind it.
bool ReadNumber(std::string_view text, size_t& at, uint64_t& number) {
  const size_t begin = at;
  const size_t end = std::min(text.size(), begin + kMostDigits);
  uint64_t value = 0;
  size_t i = begin;
  for (; i < end && IsDigit(text[i]); ++i) value = value * 10 + static_cast<uint64_t>(text[i] - '0');
  at = i;
  number = value;
  return i > begin && (text[begin] != '0' || i - begin == 1);
}

// Moves behind dot-separated identifiers. Those of digits only have no leading zero, unless `may_lead_with_zero`.
bool SkipIdentifiers(std::string_view text, size_t& at, bool may_lead_with_zero) {
  while (true) {
    const size_t begin = at;
    bool is_number = true;
    for (; at < text.size(); ++at) {
      if (IsDigit(text[at])) continue;
      if (!IsLetterOrHyphen(text[at])) break;
      is_number = false;
    }
    if (at == begin) return false;
    if (is_number && !may_lead_with_zero && text[begin] == '0' && at - begin > 1) return false;
    if (at == text.size() || text[at] != '.') return true;
    ++at;
  }
}

bool IsNumber(std::string_view identifier) {
  return std::all_of(identifier.begin(), identifier.end(), [](char c) { return IsDigit(c); });
}

// Numbers by value and before all others, which go by their bytes.
int CompareIdentifiers(std::string_view a, std::string_view b) {
  const bool a_is_number = IsNumber(a);
  if (a_is_number != IsNumber(b)) return a_is_number ? -1 : 1;
  if (a_is_number && a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

int ComparePrereleases(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return static_cast<int>(a.empty()) - static_cast<int>(b.empty());  // a release is later
  while (true) {
    const size_t a_end = std::min(a.find('.'), a.size());
    const size_t b_end = std::min(b.find('.'), b.size());
    const int order = CompareIdentifiers(a.substr(0, a_end), b.substr(0, b_end));
    if (order != 0) return order;
    if (a_end == a.size() || b_end == b.size()) {
      return static_cast<int>(a_end < a.size()) - static_cast<int>(b_end < b.size());  // more identifiers are later
    }
    a.remove_prefix(a_end + 1);
    b.remove_prefix(b_end + 1);
  }
}

uint64_t Next(uint64_t number) { return number == UINT64_MAX ? number : number + 1; }

Semver Core(uint64_t major, uint64_t minor, uint64_t patch) { return {major, minor, patch, 3, {}}; }

}  // namespace

std::optional<Semver> ParseSemver(std::string_view text) {
  Semver version;
  size_t at = !text.empty() && text[0] == 'v' ? 1 : 0;
  if (!ReadNumber(text, at, version.major)) return std::nullopt;
  version.parts = 1;
  if (at < text.size() && text[at] == '.') {
    if (!ReadNumber(text, ++at, version.minor)) return std::nullopt;
    version.parts = 2;
    if (at < text.size() && text[at] == '.') {
      if (!ReadNumber(text, ++at, version.patch)) return std::nullopt;
      version.parts = 3;
    }
  }
  if (at == text.size()) return version;
  if (text[at] == '-') {
    const size_t begin = ++at;
    if (!SkipIdentifiers(text, at, false)) return std::nullopt;
    version.prerelease = text.substr(begin, at - begin);
  }
  if (at < text.size() && text[at] == '+' && !SkipIdentifiers(text, ++at, true)) return std::nullopt;
  if (at < text.size()) return std::nullopt;
  return version;
}

uint64_t VersionKey(const Semver& version) {
  uint64_t key = 0;
  bool is_large = false;
  for (const uint64_t part : {version.major, version.minor, version.patch}) {
    is_large = is_large || part >= kLargestPart;
    key = key << 21 | (is_large ? kLargestPart : part);
  }
  return key << 1 | (version.prerelease.empty() ? 1 : 0);
}

#if !defined(EXPT_SMALL_CODE)
namespace {

constexpr uint64_t kEveryByte = 0x0101010101010101u;
constexpr uint64_t kTopBits = 0x80 * kEveryByte;
constexpr uint64_t kLowBits = ~kTopBits;

// The top bits of the bytes that are zero.
uint64_t ZeroBytes(uint64_t word) { return ~(((word & kLowBits) + kLowBits) | word) & kTopBits; }

// Up to four digits, each a byte of its value, the first one lowest and `unused` bits of nothing behind the last.
uint64_t NumberOf(uint64_t digits, uint32_t unused) {
  const auto four = static_cast<uint32_t>(digits << unused >> 32);
  const uint32_t pairs = (four * 10 + (four >> 8)) & 0x00ff00ff;
  return (pairs & 0xff) * 100 + (pairs >> 16);
}

bool IsShort(std::string_view text) {
  return std::endian::native == std::endian::little && text.size() >= 5 && text.size() <= 8;
}

// Five to eight bytes, looked at together: sets of bytes are their top bits.
struct ShortVersion {
  explicit ShortVersion(std::string_view text) : size(static_cast<uint32_t>(text.size())) {
    uint32_t begin = 0;
    uint32_t end = 0;
    std::memcpy(&begin, text.data(), 4);
    std::memcpy(&end, text.data() + size - 4, 4);
    values = (begin | uint64_t{end} << 8 * (size - 4)) ^ '0' * kEveryByte;  // 0 to 9 for a digit
  }

  // Whether it is three numbers, none of them empty or with a leading zero.
  bool IsPlain() {
    digits = ~(((values & kLowBits) + 0x76 * kEveryByte) | values) & kTopBits;
    dots = ZeroBytes(values ^ ('0' ^ '.') * kEveryByte);
    const uint64_t second = dots & (dots - 1);
    // Behind the text stand bytes that are neither.
    if ((digits | dots) != kTopBits >> 8 * (8 - size) || second == 0 || (second & (second - 1)) != 0) return false;
    const uint64_t begins = dots << 8 | 0x80;
    const uint64_t last = uint64_t{0x80} << 8 * (size - 1);
    const uint64_t leading_zeros = ZeroBytes(values) & begins;
    return (begins & ~digits) == 0 && (leading_zeros << 8 & digits) == 0 && (last & digits) != 0;
  }

  // Of a plain one.
  uint64_t Key() const {
    const auto first = static_cast<uint32_t>(std::countr_zero(dots)) - 7;  // bits before the dot
    const auto second = static_cast<uint32_t>(std::countr_zero(dots & (dots - 1))) - 7;
    if ((digits & digits << 8 & digits << 16) == 0) {
      // No number has a third digit: each stands in the byte of its last one, once ten times the byte before is added.
      const uint64_t numbers = (values ^ (dots >> 7) * ('.' ^ '0')) * (10 << 8 | 1);
      const auto number_at = [numbers](uint32_t bit) { return numbers >> bit & 0xff; };
      return number_at(first - 8) << 43 | number_at(second - 8) << 22 | number_at(8 * size - 8) << 1 | 1;
    }
    const uint64_t major = NumberOf(values, 64 - first);
    const uint64_t minor = NumberOf(values >> first >> 8, 64 - (second - first - 8));
    const uint64_t patch = NumberOf(values >> second >> 8, 64 - (8 * size - second - 8));
    return major << 43 | minor << 22 | patch << 1 | 1;
  }

  uint32_t size;
  uint64_t values;
  uint64_t digits = 0;
  uint64_t dots = 0;
};

}  // namespace

#endif

uint64_t PlainVersionKey(std::string_view text) {
#if !defined(EXPT_SMALL_CODE)
  if (IsShort(text)) {
    ShortVersion version(text);
    return version.IsPlain() ? version.Key() : 0;
  }
#endif
  constexpr uint32_t kDigits = 6;
  uint64_t key = 0;
  uint32_t number = 0;
  uint32_t digits = 0;
  uint32_t dots = 0;
  for (const char c : text) {
    const uint32_t digit = static_cast<uint32_t>(c) - '0';
    if (digit <= 9) {
      if (digits == kDigits || (digits != 0 && number == 0)) return 0;
      number = number * 10 + digit;
      ++digits;
    } else {
      if (c != '.' || digits == 0 || dots == 2) return 0;
      key = key << 21 | number;
      number = digits = 0;
      ++dots;
    }
  }
  if (dots != 2 || digits == 0) return 0;
  return (key << 21 | number) << 1 | 1;
}

int CompareCore(const Semver& a, const Semver& b) {
  if (a.major != b.major) return a.major < b.major ? -1 : 1;
  if (a.minor != b.minor) return a.minor < b.minor ? -1 : 1;
  if (a.patch != b.patch) return a.patch < b.patch ? -1 : 1;
  return 0;
}

int Compare(const Semver& a, const Semver& b) {
  const int order = CompareCore(a, b);
  return order != 0 ? order : ComparePrereleases(a.prerelease, b.prerelease);
}

Semver TildeEnd(const Semver& lower) {
  return lower.parts == 1 ? Core(Next(lower.major), 0, 0) : Core(lower.major, Next(lower.minor), 0);
}

Semver CaretEnd(const Semver& lower) {
  if (lower.major > 0 || lower.parts == 1) return Core(Next(lower.major), 0, 0);
  if (lower.minor > 0 || lower.parts == 2) return Core(0, Next(lower.minor), 0);
  return Core(0, 0, Next(lower.patch));
}

}  // namespace expt::base
