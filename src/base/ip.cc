#include "src/base/ip.h"

#include <cstddef>

namespace expt::base {
namespace {

constexpr uint64_t kMapped = 0xffff'0000'0000u;  // low half of ::ffff:0.0.0.0
constexpr int kGroups = 8;

// Reads a decimal number without leading zeros of at most `most` at `at` and moves behind it; -1 when there is none.
int ReadDecimal(std::string_view text, size_t& at, int most) {
  const size_t begin = at;
  int number = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    if (at > begin && number == 0) return -1;
    number = number * 10 + (text[at] - '0');
    if (number > most) return -1;
  }
  return at > begin ? number : -1;
}

// "10.0.0.1", the whole of `text`.
std::optional<uint32_t> ParseQuad(std::string_view text) {
  uint32_t address = 0;
  size_t at = 0;
  for (int i = 0; i < 4; ++i) {
    if (i > 0 && (at == text.size() || text[at++] != '.')) return std::nullopt;
    const int byte = ReadDecimal(text, at, 255);
    if (byte < 0) return std::nullopt;
    address = address << 8 | static_cast<uint32_t>(byte);
  }
  if (at < text.size()) return std::nullopt;
  return address;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Reads 1 to 4 hexadecimal digits at `at` and moves behind them; -1 when there are none.
int ReadGroup(std::string_view text, size_t& at) {
  int group = -1;
  for (size_t end = at + 4; at < text.size() && at < end; ++at) {
    const int digit = HexDigit(text[at]);
    if (digit < 0) break;
    group = (group < 0 ? 0 : group << 4) | digit;
  }
  return group;
}

// Groups of 16 bits, first to last, and where "::" stood among them.
struct Groups {
  uint16_t values[kGroups];
  int size = 0;
  int gap = -1;

  bool Add(uint32_t value) {
    if (size == kGroups) return false;
    values[size++] = static_cast<uint16_t>(value);
    return true;
  }

  // The address; the gap is filled with zeros.
  std::optional<IpAddress> Address() const {
    if (gap < 0 ? size != kGroups : size == kGroups) return std::nullopt;
    uint64_t halves[2] = {};
    for (int i = 0; i < size; ++i) {
      const int place = gap >= 0 && i >= gap ? i + kGroups - size : i;
      halves[place / 4] |= uint64_t{values[i]} << (48 - place % 4 * 16);
    }
    return IpAddress{halves[0], halves[1]};
  }
};

std::optional<IpAddress> ParseIpv6(std::string_view text) {
  Groups groups;
  size_t at = 0;
  if (text.substr(0, 2) == "::") {
    groups.gap = 0;
    at = 2;
  }
  while (at < text.size()) {
    const size_t begin = at;
    const int group = ReadGroup(text, at);
    if (at < text.size() && text[at] == '.') {
      const auto quad = ParseQuad(text.substr(begin));
      if (!quad || !groups.Add(*quad >> 16) || !groups.Add(*quad)) return std::nullopt;
      break;
    }
    if (group < 0 || !groups.Add(static_cast<uint32_t>(group))) return std::nullopt;
    if (at == text.size()) break;
    if (text[at++] != ':' || at == text.size()) return std::nullopt;
    if (text[at] == ':') {
      if (groups.gap >= 0) return std::nullopt;
      groups.gap = groups.size;
      ++at;
    }
  }
  return groups.Address();
}

IpAddress Mapped(uint32_t quad) { return {0, kMapped | quad}; }

// The bits of one half of the address that a prefix of `bits`, counted from its first, covers.
uint64_t Mask(int bits) { return bits <= 0 ? 0 : bits >= 64 ? ~uint64_t{0} : ~uint64_t{0} << (64 - bits); }

IpAddress Masked(const IpAddress& address, int prefix) {
  return {address.high & Mask(prefix), address.low & Mask(prefix - 64)};
}

}  // namespace

std::optional<IpAddress> ParseIp(std::string_view text) {
  if (text.find(':') != text.npos) return ParseIpv6(text);
  const auto quad = ParseQuad(text);
  if (!quad) return std::nullopt;
  return Mapped(*quad);
}

std::optional<IpNetwork> ParseNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view head = text.substr(0, slash);
  const auto address = ParseIp(head);
  if (!address) return std::nullopt;
  int prefix = 128;
  if (slash != text.npos) {
    const int most = head.find(':') == head.npos ? 32 : 128;
    size_t at = slash + 1;
    const int written = ReadDecimal(text, at, most);
    if (written < 0 || at < text.size()) return std::nullopt;
    prefix = written + 128 - most;
  }
  return IpNetwork{Masked(*address, prefix), static_cast<uint8_t>(prefix)};
}

bool Contains(const IpNetwork& network, const IpAddress& address) {
  return Masked(address, network.prefix) == network.address;
}

}  // namespace expt::base
