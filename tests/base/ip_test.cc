#include "src/base/ip.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace expt::base {
namespace {

IpAddress Address(const std::string& text) {
  const auto address = ParseIp(text);
  EXPECT_TRUE(address) << text;
  return address.value_or(IpAddress{});
}

bool IsIn(const std::string& address, const std::string& network) {
  const auto parsed = ParseNetwork(network);
  EXPECT_TRUE(parsed) << network;
  return parsed && Contains(*parsed, Address(address));
}

// inet_pton of either family, the IPv4 address mapped.
std::optional<IpAddress> Reference(const std::string& text) {
  unsigned char bytes[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (inet_pton(AF_INET, text.c_str(), bytes + 12) != 1 && inet_pton(AF_INET6, text.c_str(), bytes) != 1) {
    return std::nullopt;
  }
  IpAddress address;
  for (int i = 0; i < 8; ++i) {
    address.high = address.high << 8 | bytes[i];
    address.low = address.low << 8 | bytes[i + 8];
  }
  return address;
}

TEST(Ip, ExamplesOfRfc4291) {
  EXPECT_EQ(Address("ABCD:EF01:2345:6789:ABCD:EF01:2345:6789"), (IpAddress{0xabcdef0123456789, 0xabcdef0123456789}));
  EXPECT_EQ(Address("2001:DB8:0:0:8:800:200C:417A"), (IpAddress{0x20010db800000000, 0x00080800200c417a}));
  EXPECT_EQ(Address("2001:DB8::8:800:200C:417A"), Address("2001:DB8:0:0:8:800:200C:417A"));
  EXPECT_EQ(Address("FF01:0:0:0:0:0:0:101"), (IpAddress{0xff01000000000000, 0x101}));
  EXPECT_EQ(Address("FF01::101"), Address("FF01:0:0:0:0:0:0:101"));
  EXPECT_EQ(Address("0:0:0:0:0:0:0:1"), (IpAddress{0, 1}));
  EXPECT_EQ(Address("::1"), (IpAddress{0, 1}));
  EXPECT_EQ(Address("0:0:0:0:0:0:0:0"), (IpAddress{0, 0}));
  EXPECT_EQ(Address("::"), (IpAddress{0, 0}));
  EXPECT_EQ(Address("0:0:0:0:0:0:13.1.68.3"), (IpAddress{0, 0x0d014403}));
  EXPECT_EQ(Address("::13.1.68.3"), (IpAddress{0, 0x0d014403}));
  EXPECT_EQ(Address("0:0:0:0:0:FFFF:129.144.52.38"), (IpAddress{0, 0xffff81903426}));
  EXPECT_EQ(Address("::FFFF:129.144.52.38"), (IpAddress{0, 0xffff81903426}));
  EXPECT_EQ(Address("2001:0DB8:0:CD30:123:4567:89AB:CDEF"), (IpAddress{0x20010db80000cd30, 0x0123456789abcdef}));
}

TEST(Ip, PrefixesOfRfc4291) {
  for (const char* text : {"2001:0DB8:0000:CD30:0000:0000:0000:0000/60", "2001:0DB8::CD30:0:0:0:0/60",
                           "2001:0DB8:0:CD30::/60", "2001:0DB8:0:CD30:123:4567:89AB:CDEF/60"}) {
    const auto network = ParseNetwork(text);
    ASSERT_TRUE(network) << text;
    EXPECT_EQ(network->prefix, 60) << text;
    EXPECT_EQ(network->address, (IpAddress{0x20010db80000cd30, 0})) << text;
  }
  EXPECT_FALSE(ParseNetwork("2001:0DB8:0:CD3/60"));
  // The other two wrong examples of its section 2.3 are addresses, of other networks.
  EXPECT_NE(ParseNetwork("2001:0DB8::CD30/60")->address, (IpAddress{0x20010db80000cd30, 0}));
  EXPECT_NE(ParseNetwork("2001:0DB8::CD3/60")->address, (IpAddress{0x20010db80000cd30, 0}));
}

TEST(Ip, Ipv4IsMapped) {
  EXPECT_EQ(Address("10.0.0.1"), Address("::ffff:10.0.0.1"));
  EXPECT_EQ(Address("10.0.0.1"), Address("::ffff:a00:1"));
  EXPECT_NE(Address("10.0.0.1"), Address("::10.0.0.1"));
  EXPECT_EQ(Address("255.255.255.255"), (IpAddress{0, 0xffffffffffff}));
  EXPECT_EQ(Address("0.0.0.0"), (IpAddress{0, 0xffff00000000}));
}

TEST(Ip, WhatIsNoAddress) {
  for (const char* text : {"",
                           "1",
                           "1.2.3",
                           "1.2.3.4.5",
                           "1.2.3.",
                           ".1.2.3",
                           "1..2.3",
                           "01.2.3.4",
                           "1.2.3.04",
                           "1.2.3.00",
                           "256.1.1.1",
                           "1.1.1.999",
                           "1.1.1.99999999999999999999",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "1.2.3.-4",
                           "+1.2.3.4",
                           "0x1.2.3.4",
                           "1.2.3.4:80",
                           "1.2.3.4/8",
                           "localhost",
                           ":",
                           ":::",
                           "::::",
                           ":1",
                           "1:",
                           "::1:",
                           ":1::",
                           "1:::2",
                           "1::2::3",
                           "::1::",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4:5:6:7:8::",
                           "::1:2:3:4:5:6:7:8",
                           "1:2:3:4::5:6:7:8",
                           "12345::",
                           "::g",
                           "::fffg",
                           "[::1]",
                           "[::1]:80",
                           "fe80::1%eth0",
                           "fe80::1%1",
                           "::1/128",
                           "::1.2.3",
                           "::1.2.3.4.5",
                           "::1.2.3.256",
                           "::01.2.3.4",
                           "::1.2.3.4:5",
                           "1.2.3.4::",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "::1:2:3:4:5:6:1.2.3.4:7",
                           "1:2:3:4:5:1.2.3.4",
                           "::f.1.2.3",
                           "::-1",
                           ":: 1"}) {
    EXPECT_FALSE(ParseIp(text)) << text;
    EXPECT_FALSE(Reference(text)) << text;
  }
  EXPECT_FALSE(ParseIp(std::string_view("::1\0", 4)));
  EXPECT_FALSE(ParseIp(std::string(100'000, ':')));
}

TEST(Ip, WhatIsNoNetwork) {
  for (const char* text : {"10.0.0.0/",
                           "10.0.0.0/33",
                           "10.0.0.0/-1",
                           "10.0.0.0/+8",
                           "10.0.0.0/08",
                           "10.0.0.0/00",
                           "10.0.0.0/ 8",
                           "10.0.0.0/8 ",
                           "10.0.0.0/8/8",
                           "10.0.0.0/255.0.0.0",
                           "10.0.0.0/8x",
                           "10/8",
                           "/8",
                           "",
                           "::/129",
                           "::/256",
                           "::/99999999999999",
                           "::/",
                           "::/0128",
                           "::ffff:10.0.0.0/129"}) {
    EXPECT_FALSE(ParseNetwork(text)) << text;
  }
}

TEST(Ip, NetworksHoldTheirAddresses) {
  EXPECT_TRUE(IsIn("10.255.0.1", "10.0.0.0/8"));
  EXPECT_TRUE(IsIn("::ffff:10.0.0.1", "10.0.0.0/8"));
  EXPECT_TRUE(IsIn("10.0.0.1", "::ffff:10.0.0.0/104"));
  EXPECT_TRUE(IsIn("10.1.2.3", "10.9.9.9/8"));  // host bits do not count
  EXPECT_TRUE(IsIn("255.0.0.1", "0.0.0.0/0"));
  EXPECT_TRUE(IsIn("10.0.0.1", "::/0"));
  EXPECT_TRUE(IsIn("2001:db8::1", "::/0"));
  EXPECT_TRUE(IsIn("10.0.0.1", "10.0.0.1"));
  EXPECT_TRUE(IsIn("10.0.0.1", "10.0.0.1/32"));
  EXPECT_TRUE(IsIn("2001:db8::1", "2001:db8::1/128"));
  EXPECT_TRUE(IsIn("2001:db8:0:0:8000::", "2001:db8::/64"));
  EXPECT_FALSE(IsIn("11.0.0.1", "10.0.0.0/8"));
  EXPECT_FALSE(IsIn("2001:db8::1", "0.0.0.0/0"));
  EXPECT_FALSE(IsIn("::10.0.0.1", "10.0.0.0/8"));
  EXPECT_FALSE(IsIn("10.0.0.2", "10.0.0.1"));
  EXPECT_FALSE(IsIn("10.0.0.128", "10.0.0.0/25"));
  EXPECT_FALSE(IsIn("2001:db8:0:1::", "2001:db8::/64"));
  EXPECT_FALSE(IsIn("2001:db8:0:0:8000::", "2001:db8::/65"));
}

TEST(Ip, AtEveryPrefixTheBitBehindItDoesNotCountAndTheLastDoes) {
  const IpAddress address = Address("2001:db8:1234:5678:9abc:def0:1234:5678");
  for (int prefix = 0; prefix <= 128; ++prefix) {
    const auto network = ParseNetwork("2001:db8:1234:5678:9abc:def0:1234:5678/" + std::to_string(prefix));
    ASSERT_TRUE(network);
    EXPECT_EQ(network->prefix, prefix);
    for (int bit = 0; bit < 128; ++bit) {
      IpAddress other = address;
      (bit < 64 ? other.high : other.low) ^= uint64_t{1} << (63 - bit % 64);
      ASSERT_EQ(Contains(*network, other), bit >= prefix) << prefix << " " << bit;
    }
  }
}

TEST(Ip, AddressesAreOrderedAsNumbers) {
  EXPECT_LT(Address("9.9.9.9"), Address("10.0.0.0"));
  EXPECT_LT(Address("::ffff:ffff:ffff:ffff"), Address("0:0:0:1::"));
  EXPECT_GT(Address("8000::"), Address("7fff::"));
}

// Texts that are nearly addresses: written by inet_ntop or by hand, then damaged.
class RandomText {
 public:
  std::string Next() {
    std::string text = Pick(3) == 0 ? Written() : Assembled();
    for (size_t edits = Pick(4); edits > 0 && edits < 3; --edits) Damage(text);
    return text;
  }

 private:
  size_t Pick(size_t count) { return random_() % count; }

  std::string Written() {
    unsigned char bytes[16];
    for (auto& byte : bytes) byte = Pick(3) == 0 ? static_cast<unsigned char>(random_()) : 0;
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(Pick(2) == 0 ? AF_INET : AF_INET6, bytes, text, sizeof text);
  }

  std::string Assembled() {
    static constexpr const char* kPieces[] = {":",    ":",     ":",       "::",         "0", "1",     "ff",
                                              "FFFF", "12345", "1.2.3.4", "10.0.0.255", ".", "a:b:c", "1:2:3:4:5:6"};
    std::string text;
    for (size_t count = 1 + Pick(12); count > 0; --count) text += kPieces[Pick(std::size(kPieces))];
    return text;
  }

  void Damage(std::string& text) {
    static constexpr std::string_view kCharacters = "0123456789abcdefABCDEFg:.:.:. /%";
    const size_t at = Pick(text.size() + 1);
    const char c = kCharacters[Pick(kCharacters.size())];
    if (at == text.size() || Pick(3) == 0) {
      text.insert(at, 1, c);
    } else if (Pick(2) == 0) {
      text.erase(at, 1);
    } else {
      text[at] = c;
    }
  }

  std::mt19937_64 random_{4291};
};

TEST(Ip, AgreesWithInetPton) {
  RandomText texts;
  int addresses = 0;
  for (int i = 0; i < 300'000; ++i) {
    const std::string text = texts.Next();
    const auto expected = Reference(text);
    addresses += expected.has_value();
    ASSERT_EQ(ParseIp(text), expected) << text;
  }
  EXPECT_GT(addresses, 50'000);
}

}  // namespace
}  // namespace expt::base
