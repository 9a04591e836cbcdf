#include "src/base/semver.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace expt::base {
namespace {

Semver Parsed(std::string_view text) {
  const auto version = ParseSemver(text);
  EXPECT_TRUE(version) << text;
  return version.value_or(Semver{});
}

int Sign(int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

TEST(Semver, PartsAreRead) {
  const Semver version = Parsed("v12.0.345-rc.1+build.007");
  EXPECT_EQ(version.major, 12u);
  EXPECT_EQ(version.minor, 0u);
  EXPECT_EQ(version.patch, 345u);
  EXPECT_EQ(version.parts, 3);
  EXPECT_EQ(version.prerelease, "rc.1");
  EXPECT_EQ(Parsed("7").parts, 1);
  EXPECT_EQ(Parsed("v7.1").parts, 2);
  EXPECT_EQ(Parsed("7.1").patch, 0u);
  EXPECT_EQ(Parsed("1-beta").prerelease, "beta");
  EXPECT_EQ(Parsed("1.2+b").prerelease, "");
  EXPECT_EQ(Parsed("999999999999999999.0.1").major, 999'999'999'999'999'999u);
}

// Those of semver.org's own regular expression tests that have three parts, and ours.
TEST(Semver, WhatIsAVersion) {
  for (const char* text : {"0.0.4",
                           "1.2.3",
                           "10.20.30",
                           "1.1.2-prerelease+meta",
                           "1.1.2+meta",
                           "1.1.2+meta-valid",
                           "1.0.0-alpha",
                           "1.0.0-beta",
                           "1.0.0-alpha.beta",
                           "1.0.0-alpha.beta.1",
                           "1.0.0-alpha.1",
                           "1.0.0-alpha0.valid",
                           "1.0.0-alpha.0valid",
                           "1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay",
                           "1.0.0-rc.1+build.1",
                           "2.0.0-rc.1+build.123",
                           "1.2.3-beta",
                           "10.2.3-DEV-SNAPSHOT",
                           "1.2.3-SNAPSHOT-123",
                           "1.0.0",
                           "2.0.0",
                           "1.1.7",
                           "2.0.0+build.1848",
                           "2.0.1-alpha.1227",
                           "1.0.0-alpha+beta",
                           "1.2.3----RC-SNAPSHOT.12.9.1--.12+788",
                           "1.2.3----R-S.12.9.1--.12+meta",
                           "1.2.3----RC-SNAPSHOT.12.9.1--.12",
                           "1.0.0+0.build.1-rc.10000aaa-kk-0.1",
                           "1.0.0-0A.is.legal",
                           "1.0.0-99999999999999999999999",
                           "0",
                           "v0",
                           "1",
                           "1.2",
                           "v1.2.3",
                           "1.0.0--",
                           "1.0.0+001",
                           "1-0",
                           "1.2-rc.1+x"}) {
    EXPECT_TRUE(ParseSemver(text)) << text;
  }
}

TEST(Semver, WhatIsNot) {
  for (const char* text : {"",
                           "v",
                           "V1.2.3",
                           "vv1",
                           "v 1",
                           " 1.2.3",
                           "1.2.3 ",
                           "1.",
                           "1.2.",
                           ".1",
                           "1..2",
                           "1.2.3.",
                           "1.2.3.4",
                           "01",
                           "1.02.3",
                           "1.2.03",
                           "00",
                           "-1",
                           "+1",
                           "1.-1",
                           "1.2.3-",
                           "1.2.3+",
                           "1.2.3-+b",
                           "1.2.3-a+",
                           "1.2.3-a..b",
                           "1.2.3-.a",
                           "1.2.3-a.",
                           "1.2.3-01",
                           "1.2.3-a.00",
                           "1.2.3-0123.0123",
                           "1.2.3+a..b",
                           "1.2.3+a.",
                           "1.2.3+a+b",
                           "1.2.3-a_b",
                           "1.2.3-\xc3\xa4",
                           "1.2.3+\xc3\xa4",
                           "1.2.3a",
                           "a1.2.3",
                           "1.x",
                           "*",
                           "=1.2.3",
                           "1,2",
                           "1000000000000000000",
                           "1.1000000000000000000",
                           "1.1.1000000000000000000",
                           "latest",
                           "alpha",
                           "1e3"}) {
    EXPECT_FALSE(ParseSemver(text)) << text;
  }
  EXPECT_FALSE(ParseSemver(std::string_view("1.2\0", 4)));
}

TEST(Semver, PrecedenceIsThatOfTheStandard) {
  const std::vector<std::string> rising = {
      "0",
      "0.0.1",
      "0.0.2",
      "0.1.0-0",
      "0.1.0",
      "0.1.1",
      "1.0.0-0",
      "1.0.0-1",
      "1.0.0-2",
      "1.0.0-10",
      "1.0.0-99999999999999999999998",
      "1.0.0-99999999999999999999999",
      "1.0.0-99999999999999999999999.a",
      "1.0.0--",
      "1.0.0-0a",
      "1.0.0-A",
      "1.0.0-alpha",
      "1.0.0-alpha.1",
      "1.0.0-alpha.1.0",
      "1.0.0-alpha.2",
      "1.0.0-alpha.10",
      "1.0.0-alpha.beta",
      "1.0.0-alpha-",
      "1.0.0-alpha0",
      "1.0.0-beta",
      "1.0.0-beta.2",
      "1.0.0-beta.11",
      "1.0.0-rc.1",
      "1.0.0",
      "1.0.1-alpha",
      "1.0.1",
      "1.9.0",
      "1.10.0",
      "1.11.0",
      "2.0.0-alpha",
      "2",
      "2.1",
      "2.1.1",
      "10",
      "999999999999999999",
  };
  for (size_t i = 0; i < rising.size(); ++i) {
    for (size_t j = 0; j < rising.size(); ++j) {
      EXPECT_EQ(Sign(Compare(Parsed(rising[i]), Parsed(rising[j]))), Sign(static_cast<int>(i) - static_cast<int>(j)))
          << rising[i] << " and " << rising[j];
    }
  }
}

// The comparisons of node-semver's test/fixtures/comparisons.js: the first is the later one.
TEST(Semver, OrderAsNodeDoes) {
  const std::vector<std::pair<const char*, const char*>> pairs = {{"0.0.0", "0.0.0-foo"},
                                                                  {"0.0.1", "0.0.0"},
                                                                  {"1.0.0", "0.9.9"},
                                                                  {"0.10.0", "0.9.0"},
                                                                  {"0.99.0", "0.10.0"},
                                                                  {"2.0.0", "1.2.3"},
                                                                  {"v0.0.0", "0.0.0-foo"},
                                                                  {"v0.10.0", "0.9.0"},
                                                                  {"1.2.3", "1.2.3-asdf"},
                                                                  {"1.2.3", "1.2.3-4"},
                                                                  {"1.2.3", "1.2.3-4-foo"},
                                                                  {"1.2.3-5-foo", "1.2.3-5"},
                                                                  {"1.2.3-5", "1.2.3-4"},
                                                                  {"1.2.3-5-foo", "1.2.3-5-Foo"},
                                                                  {"3.0.0", "2.7.2+asdf"},
                                                                  {"1.2.3-a.10", "1.2.3-a.5"},
                                                                  {"1.2.3-a.b", "1.2.3-a.5"},
                                                                  {"1.2.3-a.b", "1.2.3-a"},
                                                                  {"1.2.3-a.b.c.10.d.5", "1.2.3-a.b.c.5.d.100"},
                                                                  {"1.2.3-r2", "1.2.3-r100"},
                                                                  {"1.2.3-r100", "1.2.3-R2"}};
  for (const auto& [later, earlier] : pairs) {
    EXPECT_GT(Compare(Parsed(later), Parsed(earlier)), 0) << later << " and " << earlier;
    EXPECT_LT(Compare(Parsed(earlier), Parsed(later)), 0) << later << " and " << earlier;
  }
}

TEST(Semver, LeadingVMissingPartsAndBuildDoNotCount) {
  for (const char* text : {"1.2.0", "v1.2.0", "1.2", "v1.2", "1.2.0+a", "1.2+b.001"}) {
    EXPECT_EQ(Compare(Parsed(text), Parsed("1.2.0+z")), 0) << text;
  }
  EXPECT_EQ(Compare(Parsed("1-rc.1"), Parsed("v1.0.0-rc.1+x")), 0);
  EXPECT_EQ(CompareCore(Parsed("1.2.0-rc.1"), Parsed("1.2")), 0);
}

bool IsInTilde(std::string_view version, std::string_view lower) {
  return Compare(Parsed(version), Parsed(lower)) >= 0 && CompareCore(Parsed(version), TildeEnd(Parsed(lower))) < 0;
}

bool IsInCaret(std::string_view version, std::string_view lower) {
  return Compare(Parsed(version), Parsed(lower)) >= 0 && CompareCore(Parsed(version), CaretEnd(Parsed(lower))) < 0;
}

TEST(Semver, TildeEndsAtTheNextMinorOrMajor) {
  for (const auto& [version, lower] : std::vector<std::pair<const char*, const char*>>{{"1.2.3", "1.2.3"},
                                                                                       {"1.2.99", "1.2.3"},
                                                                                       {"1.2.0", "1.2"},
                                                                                       {"1.2.9", "1.2"},
                                                                                       {"1.99.0", "1"},
                                                                                       {"0.9.0", "0"},
                                                                                       {"0.0.9", "0.0.1"},
                                                                                       {"1.2.3-rc.2", "1.2.3-rc.1"},
                                                                                       {"1.2.4-rc.0", "1.2.3"}}) {
    EXPECT_TRUE(IsInTilde(version, lower)) << version << " ~" << lower;
  }
  for (const auto& [version, lower] : std::vector<std::pair<const char*, const char*>>{{"1.2.2", "1.2.3"},
                                                                                       {"1.3.0", "1.2.3"},
                                                                                       {"1.3.0-0", "1.2.3"},
                                                                                       {"1.3.0", "1.2"},
                                                                                       {"2.0.0", "1"},
                                                                                       {"2.0.0-0", "1"},
                                                                                       {"1.0.0", "0"},
                                                                                       {"1.2.3-rc.0", "1.2.3-rc.1"},
                                                                                       {"1.2.3-rc.0", "1.2.3"}}) {
    EXPECT_FALSE(IsInTilde(version, lower)) << version << " ~" << lower;
  }
}

TEST(Semver, CaretEndsAtTheNextOfTheFirstPartThatIsNotZero) {
  for (const auto& [version, lower] : std::vector<std::pair<const char*, const char*>>{{"1.2.3", "1.2.3"},
                                                                                       {"1.99.0", "1.2.3"},
                                                                                       {"1.2.4-0", "1.2.3"},
                                                                                       {"0.2.99", "0.2.3"},
                                                                                       {"0.0.3", "0.0.3"},
                                                                                       {"0.0.9", "0.0"},
                                                                                       {"0.1.9", "0.1"},
                                                                                       {"0.9.9", "0"},
                                                                                       {"1.9.9", "1"},
                                                                                       {"0.0.0", "0.0.0"},
                                                                                       {"0.0.3-rc.2", "0.0.3-rc.1"}}) {
    EXPECT_TRUE(IsInCaret(version, lower)) << version << " ^" << lower;
  }
  for (const auto& [version, lower] : std::vector<std::pair<const char*, const char*>>{{"1.2.2", "1.2.3"},
                                                                                       {"2.0.0", "1.2.3"},
                                                                                       {"2.0.0-0", "1.2.3"},
                                                                                       {"0.3.0", "0.2.3"},
                                                                                       {"0.0.4", "0.0.3"},
                                                                                       {"0.0.4-0", "0.0.3"},
                                                                                       {"0.1.0", "0.0"},
                                                                                       {"0.2.0", "0.1"},
                                                                                       {"1.0.0", "0"},
                                                                                       {"2.0.0", "1"},
                                                                                       {"0.0.1", "0.0.0"}}) {
    EXPECT_FALSE(IsInCaret(version, lower)) << version << " ^" << lower;
  }
}

TEST(Semver, EndsDoNotWrapAround) {
  const Semver last = {UINT64_MAX, UINT64_MAX, UINT64_MAX, 3, {}};
  EXPECT_EQ(TildeEnd(last).minor, UINT64_MAX);
  EXPECT_EQ(CaretEnd(last).major, UINT64_MAX);
}

// Of all pairs: keys are in the order of their versions, equal only where prereleases may decide or a number is large.
TEST(Semver, KeysAreInTheOrderOfVersions) {
  const std::vector<std::string> texts = {
      "0.0.0-a",       "0.0.0",    "0.0.1",         "0.1",           "0.2097151.1",
      "0.2097150.0",   "1-rc.1",   "1.0.0-rc.2",    "1",             "1.0.2097150",
      "1.0.2097151",   "1.2.3",    "1.2.3-x",       "2097151.0",     "2097150.2097150.2097150",
      "1.0.2097152-a", "2097152.9.9-a",             "999999999999999999.1.2"};
  const auto is_exact = [](const Semver& v) {
    return v.major < kLargestPart && v.minor < kLargestPart && v.patch < kLargestPart;
  };
  for (const std::string& a_text : texts) {
    const Semver a = Parsed(a_text);
    const uint64_t a_key = VersionKey(a);
    for (const std::string& b_text : texts) {
      const Semver b = Parsed(b_text);
      const uint64_t b_key = VersionKey(b);
      if (!is_exact(b)) continue;
      if (a_key >> 1 != b_key >> 1 || (b.prerelease.empty() && is_exact(a))) {
        EXPECT_EQ(a_key < b_key, Compare(a, b) < 0) << a_text << " " << b_text;
        EXPECT_EQ(a_key > b_key, Compare(a, b) > 0) << a_text << " " << b_text;
      } else {
        EXPECT_EQ(CompareCore(a, b), 0) << a_text << " " << b_text;
      }
    }
    if (is_exact(a)) {
      EXPECT_EQ(MajorOf(a_key), a.major);
      EXPECT_EQ(MinorOf(a_key), a.minor);
      EXPECT_EQ(PatchOf(a_key), a.patch);
    }
  }
}

TEST(Semver, KeysOfPlainVersions) {
  for (const char* text : {"0.0.0", "1.2.3", "10.0.7", "999999.999999.999999"}) {
    EXPECT_EQ(PlainVersionKey(text), VersionKey(Parsed(text))) << text;
  }
  for (const char* text : {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.00.3", "1..3", ".1.2", "1.2.", "v1.2.3", "1.2.3-a",
                           "1.2.3+a", "1000000.0.0", "1.2.1234567", "1.2.x"}) {
    EXPECT_EQ(PlainVersionKey(text), 0) << text;
  }
}

// Short ones are read in another way than long ones.
TEST(Semver, KeysOfShortVersionsAreThoseOfTheParser) {
  constexpr std::string_view kCommon = "0123456789019....";
  constexpr std::string_view kRare = "v-x/:+\x80\xae";
  std::mt19937_64 random(20240611);
  int plain = 0;
  for (int round = 0; round < 400'000; ++round) {
    std::string text(random() % 11, '\0');
    for (char& c : text) {
      c = random() % 40 == 0 ? kRare[random() % kRare.size()] : kCommon[random() % kCommon.size()];
    }
    const std::optional<Semver> version = ParseSemver(text);
    // Three numbers, nothing else.
    const bool is_plain = version.has_value() && version->parts == 3 &&
                          text.find_first_not_of("0123456789.") == text.npos &&
                          version->major < 1'000'000 && version->minor < 1'000'000 && version->patch < 1'000'000;
    const uint64_t key = is_plain ? VersionKey(*version) : 0;
    ASSERT_EQ(PlainVersionKey(text), key) << text;
    plain += is_plain ? 1 : 0;
  }
  EXPECT_GT(plain, 1'000);
}

}  // namespace
}  // namespace expt::base
