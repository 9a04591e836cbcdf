#include "tests/oracle/random_values.h"

#include <limits>

namespace expt::oracle {
namespace {

using TextList = std::vector<std::string>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

const TextList& Names() {
  static const auto* const list = new TextList{"targeting_key", "a", "b", "c", "device.os"};
  return *list;
}

const TextList& Texts() {
  static const auto* const list =
      new TextList{"", "u1", "u2", "x", "xy", "yx", "CH", "Zürich", "日本", "1", "20", "-0"};
  return *list;
}

const TextList& CasedTexts() {
  static const auto* const list =
      new TextList{"ch", "Ch", "ZÜRICH", "zürich", "STRASSE", "straße", "STRAẞE", "\u212a", "k", "K", "İ", "i", "ı",
                   "ΣΑΣ", "σας", "ſ", "S", "𐐀", "𐐨", "Ǆ", "ǅ", "ﬅ", "ﬆ"};
  return *list;
}

const std::vector<int64_t>& Integers() {
  static const auto* const list = new std::vector<int64_t>{0,
                                                           1,
                                                           -1,
                                                           2,
                                                           20,
                                                           int64_t{1} << 53,
                                                           (int64_t{1} << 53) + 1,
                                                           std::numeric_limits<int64_t>::max(),
                                                           std::numeric_limits<int64_t>::min()};
  return *list;
}

const std::vector<double>& Doubles() {
  static const auto* const list =
      new std::vector<double>{0.0, -0.0, 1.0, -1.0, 1.5, 2.0, 20.0, 9007199254740992.0, 9223372036854775808.0,
                              -9223372036854775808.0, 1e300, -1e300, 0.1, kInfinity, -kInfinity};
  return *list;
}

const TextList& VersionTexts() {
  static const auto* const list =
      new TextList{"1.2.3", "v1.2.3", "1.2", "1", "0.2.3", "0.0.3", "1.2.3-alpha", "1.2.3-alpha.1", "1.2.3-alpha.beta",
                   "1.2.3-rc.11", "1.2.3-rc.2", "1.3.0-0", "2.0.0-alpha", "2.0.0", "1.9.99", "0.0.4", "0.3", "0.9.9+b",
                   "1.2.3+build", "999999999999999999.0.0", "01.2.3", "1.2.3.4", "", "latest", "1.2.3-01"};
  return *list;
}

const TextList& VersionOperands() {
  static const auto* const list = new TextList{"1.2.3", "v1.2", "1", "0.2.3", "0.0.3", "0.0", "0", "0.2", "1.2.3-alpha",
                                               "1.2.3-rc.2", "2.0.0-alpha+x", "0.0.0", "999999999999999999"};
  return *list;
}

const TextList& AddressTexts() {
  static const auto* const list =
      new TextList{"10.0.0.1", "10.255.0.1", "11.0.0.1", "192.168.1.7", "::ffff:10.0.0.1", "::ffff:a00:1", "2001:db8::1",
                   "2001:DB8:0:0::1", "2001:db9::", "::", "::1", "fe80::1", "1:2:3:4:5:6:7::", "255.255.255.255",
                   "0.0.0.0", "10.0.0.01", "10.0.0", "10.0.0.1/8", "::1%lo", "", "1::2::3"};
  return *list;
}

const TextList& NetworkOperands() {
  static const auto* const list = new TextList{"10.0.0.0/8", "10.0.0.1", "10.1.2.3/15", "192.168.0.0/16", "0.0.0.0/0",
                                               "::/0", "2001:db8::/32", "2001:db8::1", "::ffff:10.0.0.0/104", "fe80::/10",
                                               "8000::/1", "255.255.255.255/32", "::1/127"};
  return *list;
}

const TextList& TimeTexts() {
  static const auto* const list =
      new TextList{"1970-01-01T00:00:00Z", "1970-01-01T00:00:01.5Z", "1970-01-01 01:00:00+01:00", "2024-01-01T00:00:00Z",
                   "2023-12-31T23:59:60Z", "2024-02-29t12:30:00.9999z", "2024-03-31T01:00:00Z", "2024-10-27T02:30:00+01:00",
                   "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2023-02-29T00:00:00Z", "2024-01-01", "soon", ""};
  return *list;
}

const std::vector<int64_t>& Times() {
  static const auto* const list = new std::vector<int64_t>{std::numeric_limits<int64_t>::min(), -62167219200000, -1, 0, 500,
                                                           999, 1000, 1500, 2000, 1704067199999, 1704067200000,
                                                           1711846800000, 1729990800000, 253402300800000,
                                                           std::numeric_limits<int64_t>::max()};
  return *list;
}

const std::vector<double>& Degrees() {
  static const auto* const list = new std::vector<double>{0, 47.3769, 8.5417, -17.5, 89.95, 90, -90, 179.9, -179.9, 180,
                                                          -180, 45, 200, kInfinity, 1e-9};
  return *list;
}

const TextList& Patterns() {
  static const auto* const list =
      new TextList{"x", "^x", "y$", "^(?:u1|CH)$", "", "^.$", "(?i)zÜrich", "[0-9]+", "\\bx", "^\\Qxy\\E", "(x+)+y"};
  return *list;
}

}  // namespace expt::oracle
