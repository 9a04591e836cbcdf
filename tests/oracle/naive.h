// What texts mean, read in the slowest obvious way: libc, libm, libsodium and the published tables, and no code of
// src/base. The oracle and the definitions of the vectors use it.
#ifndef EXPT_TESTS_ORACLE_NAIVE_H_
#define EXPT_TESTS_ORACLE_NAIVE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace expt::oracle {

bool IsValidUtf8(const std::string& text);

// Simple case folding, status C and S of /usr/share/unicode/CaseFolding.txt. `utf8` is valid.
std::string Folded(const std::string& utf8);

// 32 bytes.
std::string Sha256(const std::string& text);

// Epoch milliseconds of an RFC 3339 time.
std::optional<int64_t> TimeOf(const std::string& text);

struct Version {
  std::array<uint64_t, 3> core = {0, 0, 0};
  int parts = 0;                         // written
  std::vector<std::string> prerelease;  // identifiers
};
std::optional<Version> VersionOf(const std::string& text);
// < 0, 0, > 0: precedence of SemVer 2.0.0.
int CompareVersions(const Version& a, const Version& b);
// The first core that the operators no longer hold for.
std::array<uint64_t, 3> TildeEnd(const Version& lower);
std::array<uint64_t, 3> CaretEnd(const Version& lower);

// 128 bits, the highest first; an IPv4 address as its v4-mapped IPv6 address.
using AddressBits = std::array<bool, 128>;
std::optional<AddressBits> AddressOf(const std::string& text);
// The leading bits that an address of the network has.
std::optional<std::vector<bool>> NetworkOf(const std::string& text);
bool IsWithin(const AddressBits& address, const std::vector<bool>& network);

// Degrees and kilometres. Nothing within a relative 1e-9 of the edge, where libm and the engine may differ.
std::optional<bool> IsWithinKm(double latitude, double longitude, double center_latitude, double center_longitude,
                               double radius_km);

// Why `pattern` is not taken by `matches`; empty for a good one.
std::string PatternDefect(const std::string& pattern);
bool Matches(const std::string& pattern, const std::string& text);

}  // namespace expt::oracle

#endif  // EXPT_TESTS_ORACLE_NAIVE_H_
