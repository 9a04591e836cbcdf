// Addresses and networks of IPv4 and IPv6.
//
// There is one kind of address: an IPv4 address is its IPv4-mapped IPv6 address, so "::ffff:10.0.0.1" is in
// "10.0.0.0/8", and everything is in "::/0".
#ifndef EXPT_SRC_BASE_IP_H_
#define EXPT_SRC_BASE_IP_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace expt::base {

// 128 bits, ordered as numbers.
struct IpAddress {
  uint64_t high = 0;
  uint64_t low = 0;

  friend bool operator==(const IpAddress& a, const IpAddress& b) { return a.high == b.high && a.low == b.low; }
  friend std::strong_ordering operator<=>(const IpAddress& a, const IpAddress& b) {
    return a.high != b.high ? a.high <=> b.high : a.low <=> b.low;
  }
};

// "10.0.0.1": four decimal numbers without leading zeros. "2001:db8::1", "::ffff:10.0.0.1": the text forms of RFC 4291,
// in which "::" stands for at least one group. Nothing for any other text; zone, port and brackets are not taken.
std::optional<IpAddress> ParseIp(std::string_view text);

struct IpNetwork {
  IpAddress address;   // 0 behind the prefix
  uint8_t prefix = 0;  // bits, [0, 128]; that of an IPv4 network plus 96
};

// An address, or an address, "/" and a decimal number without leading zeros of at most 32 (IPv4) or 128. Bits of the
// address behind the prefix are ignored.
std::optional<IpNetwork> ParseNetwork(std::string_view text);

bool Contains(const IpNetwork& network, const IpAddress& address);

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_IP_H_
