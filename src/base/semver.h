// Version numbers: Semantic Versioning 2.0.0, with a leading "v" and missing parts accepted.
//
//   v1.4          1.4.0, two parts written
//   1.4.0-rc.1    before 1.4.0
//   1.4.0+build7  equal to 1.4.0
#ifndef EXPT_SRC_BASE_SEMVER_H_
#define EXPT_SRC_BASE_SEMVER_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace expt::base {

struct Semver {
  uint64_t major = 0;
  uint64_t minor = 0;
  uint64_t patch = 0;
  uint8_t parts = 0;            // how many of the three were written
  std::string_view prerelease;  // without "-"; a view into what was parsed
};

// Nothing for anything else: numbers of more than 18 digits or with leading zeros, empty identifiers, "V", spaces.
std::optional<Semver> ParseSemver(std::string_view text);

// Negative, 0 or positive by the precedence of SemVer 2.0.0.
int Compare(const Semver& a, const Semver& b);

// The same of major, minor and patch alone.
int CompareCore(const Semver& a, const Semver& b);

// A version in one word, in the order of versions but for the text of prereleases: 21 bits each for major, minor and
// patch, and a last bit that is 0 for a prerelease. A number of kLargestPart or more counts as kLargestPart, and so
// does all behind it: against the key of a version with smaller numbers the order is still right, and never "equal".
inline constexpr uint64_t kLargestPart = (uint64_t{1} << 21) - 1;
uint64_t VersionKey(const Semver& version);
// The numbers of a key.
constexpr uint64_t MajorOf(uint64_t key) { return key >> 43; }
constexpr uint64_t MinorOf(uint64_t key) { return key >> 22 & kLargestPart; }
constexpr uint64_t PatchOf(uint64_t key) { return key >> 1 & kLargestPart; }

// The key, which is odd, of a version of three numbers of at most six digits, as most are; 0 says nothing.
uint64_t PlainVersionKey(std::string_view text);

// Where the ranges ~lower and ^lower end: a version v is inside when Compare(v, lower) >= 0 and CompareCore(v, end) <
// 0.
//
//   ~1.2.3  2 or 3 parts written: before 1.3.0    ~1      before 2.0.0
//   ^1.2.3  before 2.0.0    ^0.2.3  before 0.3.0    ^0.0.3  before 0.0.4    ^0.0  before 0.1.0    ^0  before 1.0.0
Semver TildeEnd(const Semver& lower);
Semver CaretEnd(const Semver& lower);

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_SEMVER_H_
