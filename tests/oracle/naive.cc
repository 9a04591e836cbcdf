#include "tests/oracle/naive.h"

#include <arpa/inet.h>
#include <re2/re2.h>
#include <sodium.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace expt::oracle {
namespace {

// The code points of valid UTF-8.
std::vector<uint32_t> PointsOf(const std::string& utf8) {
  std::vector<uint32_t> points;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      points.push_back(byte);
    } else if (byte < 0xc0) {
      points.back() = points.back() << 6 | (byte & 0x3f);
    } else {
      points.push_back(byte < 0xe0 ? byte & 0x1f : byte < 0xf0 ? byte & 0x0f : byte & 0x07);
    }
  }
  return points;
}

std::string Utf8Of(const std::vector<uint32_t>& points) {
  std::string utf8;
  const auto add = [&](uint32_t byte) { utf8.push_back(static_cast<char>(byte)); };
  for (const uint32_t point : points) {
    if (point < 0x80) {
      add(point);
    } else if (point < 0x800) {
      add(0xc0 | point >> 6);
      add(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
      add(0xe0 | point >> 12);
      add(0x80 | (point >> 6 & 0x3f));
      add(0x80 | (point & 0x3f));
    } else {
      add(0xf0 | point >> 18);
      add(0x80 | (point >> 12 & 0x3f));
      add(0x80 | (point >> 6 & 0x3f));
      add(0x80 | (point & 0x3f));
    }
  }
  return utf8;
}

// Lines such as "0041; C; 0061; # LATIN CAPITAL LETTER A".
std::map<uint32_t, uint32_t> ReadFoldings() {
  std::ifstream in("/usr/share/unicode/CaseFolding.txt");
  std::map<uint32_t, uint32_t> foldings;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::string from, status, to;
    std::getline(fields, from, ';');
    std::getline(fields, status, ';');
    std::getline(fields, to, ';');
    if (status == " C" || status == " S") foldings[std::stoul(from, nullptr, 16)] = std::stoul(to, nullptr, 16);
  }
  if (foldings.empty()) throw std::runtime_error("cannot read /usr/share/unicode/CaseFolding.txt (unicode-data)");
  return foldings;
}

bool IsDigits(const std::string& text) { return text.find_first_not_of("0123456789") == std::string::npos; }

// Exactly `size` digits at `at`; nothing otherwise.
std::optional<int> Digits(const std::string& text, size_t at, size_t size) {
  if (at + size > text.size() || !IsDigits(text.substr(at, size))) return std::nullopt;
  return std::stoi(text.substr(at, size));
}

std::vector<std::string> Split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  return parts;
}

// A decimal number without leading zeros.
bool IsPlainNumber(const std::string& text) {
  return !text.empty() && IsDigits(text) && (text.size() == 1 || text[0] != '0');
}

bool AreIdentifiers(const std::vector<std::string>& list) {
  const std::string letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-";
  return std::all_of(list.begin(), list.end(), [&](const std::string& identifier) {
    return !identifier.empty() && identifier.find_first_not_of(letters) == std::string::npos;
  });
}

}  // namespace

bool IsValidUtf8(const std::string& text) {
  // Decodes one character after another into a code point and checks that it needed that many bytes.
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const int size = lead < 0x80 ? 1 : (lead >> 5) == 6 ? 2 : (lead >> 4) == 14 ? 3 : (lead >> 3) == 30 ? 4 : 0;
    if (size == 0 || i + size > text.size()) return false;
    uint32_t point = size == 1 ? lead : lead & (0xff >> (size + 1));
    for (int j = 1; j < size; ++j) {
      const auto tail = static_cast<unsigned char>(text[i + j]);
      if ((tail >> 6) != 2) return false;
      point = point << 6 | (tail & 0x3f);
    }
    const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[size] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
    i += size;
  }
  return true;
}

std::string Folded(const std::string& utf8) {
  static const auto* const foldings = new std::map<uint32_t, uint32_t>(ReadFoldings());
  std::vector<uint32_t> points = PointsOf(utf8);
  for (uint32_t& point : points) {
    const auto found = foldings->find(point);
    if (found != foldings->end()) point = found->second;
  }
  return Utf8Of(points);
}

std::string Sha256(const std::string& text) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return digest;
}

std::optional<int64_t> TimeOf(const std::string& text) {
  const auto is_at = [&](size_t i, const std::string& letters) {
    return i < text.size() && letters.find(text[i]) != std::string::npos;
  };
  const auto year = Digits(text, 0, 4), month = Digits(text, 5, 2), day = Digits(text, 8, 2);
  const auto hour = Digits(text, 11, 2), minute = Digits(text, 14, 2), second = Digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (!is_at(4, "-") || !is_at(7, "-") || !is_at(10, "Tt ") || !is_at(13, ":") || !is_at(16, ":")) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;

  size_t at = 19;
  std::string fraction;
  if (is_at(at, ".")) {
    for (++at; is_at(at, "0123456789"); ++at) fraction.push_back(text[at]);
    if (fraction.empty()) return std::nullopt;
  }
  int64_t offset_minutes = 0;
  const std::string zone = text.substr(at);
  if (zone != "Z" && zone != "z") {
    const auto hours = Digits(zone, 1, 2), minutes = Digits(zone, 4, 2);
    if (zone.size() != 6 || !hours || !minutes || *hours > 23 || *minutes > 59 || zone[3] != ':') return std::nullopt;
    if (zone[0] != '+' && zone[0] != '-') return std::nullopt;
    offset_minutes = (zone[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
  }

  std::tm date{};
  date.tm_year = *year - 1900;
  date.tm_mon = *month - 1;
  date.tm_mday = *day;
  const time_t midnight = timegm(&date);  // moves what is no date to one that is
  std::tm back{};
  gmtime_r(&midnight, &back);
  if (back.tm_year != *year - 1900 || back.tm_mon != *month - 1 || back.tm_mday != *day) return std::nullopt;
  const int64_t seconds = midnight + *hour * 3600 + *minute * 60 + *second - offset_minutes * 60;
  return seconds * 1000 + std::stoi((fraction + "000").substr(0, 3));
}

std::optional<Version> VersionOf(const std::string& text) {
  std::string rest = text;
  if (!rest.empty() && rest[0] == 'v') rest.erase(0, 1);
  if (const size_t plus = rest.find('+'); plus != std::string::npos) {
    if (!AreIdentifiers(Split(rest.substr(plus + 1), '.'))) return std::nullopt;
    rest.erase(plus);
  }
  Version version;
  if (const size_t dash = rest.find('-'); dash != std::string::npos) {
    version.prerelease = Split(rest.substr(dash + 1), '.');
    if (!AreIdentifiers(version.prerelease)) return std::nullopt;
    for (const std::string& identifier : version.prerelease) {
      if (IsDigits(identifier) && !IsPlainNumber(identifier)) return std::nullopt;
    }
    rest.erase(dash);
  }
  const std::vector<std::string> numbers = Split(rest, '.');
  if (numbers.size() > 3) return std::nullopt;
  for (const std::string& number : numbers) {
    if (!IsPlainNumber(number) || number.size() > 18) return std::nullopt;
    version.core[static_cast<size_t>(version.parts++)] = std::stoull(number);
  }
  return version;
}

int CompareVersions(const Version& a, const Version& b) {
  if (a.core != b.core) return a.core < b.core ? -1 : 1;
  if (a.prerelease.empty() || b.prerelease.empty()) {
    return static_cast<int>(a.prerelease.empty()) - static_cast<int>(b.prerelease.empty());
  }
  for (size_t i = 0; i < a.prerelease.size() && i < b.prerelease.size(); ++i) {
    const std::string& left = a.prerelease[i];
    const std::string& right = b.prerelease[i];
    if (left == right) continue;
    if (IsDigits(left) != IsDigits(right)) return IsDigits(left) ? -1 : 1;
    if (IsDigits(left) && left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
    return left < right ? -1 : 1;
  }
  if (a.prerelease.size() == b.prerelease.size()) return 0;
  return a.prerelease.size() < b.prerelease.size() ? -1 : 1;
}

std::array<uint64_t, 3> TildeEnd(const Version& lower) {
  if (lower.parts == 1) return {lower.core[0] + 1, 0, 0};
  return {lower.core[0], lower.core[1] + 1, 0};
}

std::array<uint64_t, 3> CaretEnd(const Version& lower) {
  if (lower.core[0] > 0 || lower.parts == 1) return {lower.core[0] + 1, 0, 0};
  if (lower.core[1] > 0 || lower.parts == 2) return {0, lower.core[1] + 1, 0};
  return {0, 0, lower.core[2] + 1};
}

std::optional<AddressBits> AddressOf(const std::string& text) {
  if (text.find('\0') != std::string::npos) return std::nullopt;
  unsigned char bytes[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (inet_pton(AF_INET, text.c_str(), bytes + 12) != 1 && inet_pton(AF_INET6, text.c_str(), bytes) != 1) {
    return std::nullopt;
  }
  AddressBits bits;
  for (size_t i = 0; i < bits.size(); ++i) bits[i] = (bytes[i / 8] >> (7 - i % 8) & 1) != 0;
  return bits;
}

std::optional<std::vector<bool>> NetworkOf(const std::string& text) {
  const size_t slash = text.find('/');
  const std::string address = text.substr(0, slash);
  const std::optional<AddressBits> bits = AddressOf(address);
  if (!bits.has_value()) return std::nullopt;
  const bool is_v4 = address.find(':') == std::string::npos;
  size_t prefix = 128;
  if (slash != std::string::npos) {
    const std::string digits = text.substr(slash + 1);
    if (!IsPlainNumber(digits) || digits.size() > 3) return std::nullopt;
    prefix = std::stoul(digits);
    if (prefix > (is_v4 ? 32u : 128u)) return std::nullopt;
    if (is_v4) prefix += 96;
  }
  return std::vector<bool>(bits->begin(), bits->begin() + static_cast<std::ptrdiff_t>(prefix));
}

bool IsWithin(const AddressBits& address, const std::vector<bool>& network) {
  return std::equal(network.begin(), network.end(), address.begin());
}

std::optional<bool> IsWithinKm(double latitude, double longitude, double center_latitude, double center_longitude,
                               double radius_km) {
  using Real = long double;
  const Real pi = std::acos(Real{-1});
  const auto radians = [&](Real degrees) { return degrees * pi / 180; };
  const Real half_phi = radians(static_cast<Real>(latitude) - center_latitude) / 2;
  const Real half_lambda = radians(static_cast<Real>(longitude) - center_longitude) / 2;
  const Real a = std::pow(std::sin(half_phi), 2) + std::cos(radians(latitude)) * std::cos(radians(center_latitude)) *
                                                       std::pow(std::sin(half_lambda), 2);
  const Real limit = std::pow(std::sin(std::min(static_cast<Real>(radius_km) / (2 * Real{6371.0088}), pi / 2)), 2);
  if (a == 0 || limit >= 1) return true;  // the very place, or all of the earth
  if (std::abs(a - limit) <= 1e-9L * std::max(limit, Real{1e-21})) return std::nullopt;
  return a < limit;
}

namespace {

// Whether the pattern uses \p or \P as an escape: not after an escaped backslash, not within \Q...\E.
bool HasUnicodeClass(const std::string& pattern) {
  bool is_quoted = false;
  for (size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] != '\\') continue;
    const char next = pattern[i + 1];
    if (is_quoted) {
      if (next == 'E') is_quoted = false;
      if (next != 'E') continue;
    } else if (next == 'p' || next == 'P') {
      return true;
    } else if (next == 'Q') {
      is_quoted = true;
    }
    ++i;
  }
  return false;
}

RE2::Options PatternOptions() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(256 << 10);
  options.set_never_capture(true);  // groups need no instructions
  return options;
}

}  // namespace

std::string PatternDefect(const std::string& pattern) {
  if (pattern.size() > 1024) return "too long";
  if (HasUnicodeClass(pattern)) return "has \\p";
  const RE2 re(pattern, PatternOptions());
  if (!re.ok()) return "does not compile: " + re.error();
  if (re.ProgramSize() > 500) return "is too large";
  return "";
}

bool Matches(const std::string& pattern, const std::string& text) {
  return RE2::PartialMatch(text, RE2(pattern, PatternOptions()));
}

}  // namespace expt::oracle
