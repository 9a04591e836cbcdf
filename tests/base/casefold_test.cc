#include "src/base/casefold.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "src/base/utf8.h"

namespace expt::base {
namespace {

constexpr char kCaseFolding[] = "/usr/share/unicode/CaseFolding.txt";  // of Debian's unicode-data

std::string Utf8(char32_t c) {
  char bytes[4];
  return std::string(bytes, EncodeUtf8(c, bytes));
}

// "0041; C; 0061; # LATIN CAPITAL LETTER A"
std::map<char32_t, char32_t> SimpleFoldings() {
  std::map<char32_t, char32_t> foldings;
  std::ifstream file(kCaseFolding);
  for (std::string line; std::getline(file, line);) {
    const size_t status = line.find("; ");
    if (line.empty() || line[0] == '#' || status == line.npos) continue;
    if (line[status + 2] != 'C' && line[status + 2] != 'S') continue;
    foldings[std::stoul(line, nullptr, 16)] = std::stoul(line.substr(status + 5), nullptr, 16);
  }
  return foldings;
}

TEST(Casefold, VersionIsThatOfTheData) {
  std::ifstream file(kCaseFolding);
  std::string line;
  ASSERT_TRUE(std::getline(file, line));
  EXPECT_EQ(line, "# CaseFolding-" + std::string(kUnicodeVersion) + ".txt");
}

TEST(Casefold, EveryCharacterFoldsAsUnicodeSays) {
  const auto foldings = SimpleFoldings();
  ASSERT_EQ(foldings.size(), 1454u);
  for (char32_t c = 0; c < 0x120000; ++c) {
    const auto found = foldings.find(c);
    const char32_t expected = found == foldings.end() ? c : found->second;
    ASSERT_EQ(FoldCase(c), expected) << std::hex << static_cast<uint32_t>(c);
    if (c >= 0x110000 || (c >= 0xd800 && c < 0xe000)) continue;
    ASSERT_EQ(Folded(Utf8(c)), Utf8(expected)) << std::hex << static_cast<uint32_t>(c);
  }
  EXPECT_EQ(FoldCase(0xffffffff), 0xffffffff);
}

TEST(Casefold, FoldingTwiceChangesNothing) {
  for (const auto& [from, to] : SimpleFoldings())
    EXPECT_EQ(FoldCase(to), to) << std::hex << static_cast<uint32_t>(from);
}

TEST(Casefold, Examples) {
  EXPECT_EQ(Folded(""), "");
  EXPECT_EQ(Folded("Hello, WORLD @[`{"), "hello, world @[`{");
  EXPECT_EQ(Folded("ÀÉÎÕÜ"), "àéîõü");
  EXPECT_EQ(Folded("ΑΒΓ Σς"), "αβγ σσ");
  EXPECT_EQ(Folded("ПРИВЕТ"), "привет");
  EXPECT_EQ(Folded("\u1e9e \u00df"), "\u00df \u00df");  // sharp s; not "ss"
  EXPECT_EQ(Folded("\u0130 \u0131"), "\u0130 \u0131");  // Turkish
  EXPECT_EQ(Folded("\u212a \u017f \u212b"), "k s \u00e5");
  EXPECT_EQ(Folded("\u023a"), "\u2c65");
  EXPECT_EQ(Folded("\U00010400"), "\U00010428");
  EXPECT_EQ(Folded("日本語"), "日本語");
  EXPECT_EQ(Folded("A\xff\xc3"
                   "B\xed\xa0\x80"),
            "a\xff\xc3"
            "b\xed\xa0\x80");
}

TEST(Casefold, AsciiFoldsAtEveryPlaceOfABlock) {
  for (int c = 0; c < 128; ++c) {
    const char folded = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    for (size_t size = 1; size <= 24; ++size) {
      for (size_t at = 0; at < size; ++at) {
        std::string text(size, '_');
        std::string expected = text;
        text[at] = static_cast<char>(c);
        expected[at] = folded;
        ASSERT_EQ(Folded(text), expected) << c << " " << size << " " << at;
      }
    }
  }
}

TEST(Casefold, WritesNothingBeyondItsRoom) {
  for (const std::string text :
       {"", "A", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "\u023a\u023a\u023a", "ABCDEFGÀ", "\u212a\u212a"}) {
    const std::string folded = Folded(text);
    for (size_t size = 0; size < 40; ++size) {
      std::vector<char> room(size + 8, '#');
      const auto written = FoldInto(text, std::span(room).first(size));
      ASSERT_EQ(written.has_value(), folded.size() <= size) << text << " " << size;
      EXPECT_EQ(written.value_or(folded), folded);
      EXPECT_EQ(std::string(room.end() - 8, room.end()), "########");
    }
  }
}

TEST(Casefold, ComparisonsWithoutABuffer) {
  EXPECT_TRUE(FoldedEquals("STRASSE", "strasse"));
  EXPECT_TRUE(FoldedEquals("\u212aELVIN", "kelvin"));
  EXPECT_FALSE(FoldedEquals("STRASSE", "strass"));
  EXPECT_FALSE(FoldedEquals("STRASS", "strasse"));
  EXPECT_TRUE(FoldedEquals("", ""));
  EXPECT_TRUE(FoldedStartsWith("ÄPFEL", "äp"));
  EXPECT_FALSE(FoldedStartsWith("ÄPFEL", "ap"));
  EXPECT_TRUE(FoldedEndsWith("FOO@EXAMPLE.ORG", "@example.org"));
  EXPECT_TRUE(FoldedEndsWith("CAFÉ", "fé"));
  EXPECT_FALSE(FoldedEndsWith("É", "fé"));
  EXPECT_TRUE(FoldedContains("grüße aus KÖLN am Rhein", "köln"));
  EXPECT_TRUE(FoldedContains("aaaaaaB", "aab"));
  EXPECT_FALSE(FoldedContains("aaaaaaB", "ba"));
  EXPECT_TRUE(FoldedContains("", ""));
}

// Short texts of few characters, so that equal parts are common; some bytes are damage.
TEST(Casefold, ComparisonsAgreeWithTheFoldedText) {
  static constexpr const char* kPieces[] = {"a",      "A",      "k",      "\u212a",     "\u00e5",     "\u212b",
                                            "\u00c5", "\u023a", "\u2c65", "\U00010400", "\U00010428", "日"};
  static constexpr const char* kDamage[] = {"\xc3", "\xa5", "\xe2\x84", "\xf0\x90\x90"};
  std::mt19937_64 random(15);
  const auto text = [&](size_t pieces, bool may_be_damaged) {
    std::string out;
    for (size_t i = random() % (pieces + 1); i > 0; --i) {
      out += may_be_damaged && random() % 8 == 0 ? kDamage[random() % std::size(kDamage)]
                                                 : kPieces[random() % std::size(kPieces)];
    }
    return out;
  };
  int found[4] = {};
  for (int i = 0; i < 300'000; ++i) {
    const std::string value = text(6, i % 2 == 0);
    const std::string operand = Folded(text(3, false));
    const std::string folded = Folded(value);
    found[0] += folded == operand;
    found[1] += folded.starts_with(operand);
    found[2] += folded.ends_with(operand);
    found[3] += folded.find(operand) != folded.npos;
    ASSERT_EQ(FoldedEquals(value, operand), folded == operand) << value << " " << operand;
    ASSERT_EQ(FoldedStartsWith(value, operand), folded.starts_with(operand)) << value << " " << operand;
    ASSERT_EQ(FoldedEndsWith(value, operand), folded.ends_with(operand)) << value << " " << operand;
    ASSERT_EQ(FoldedContains(value, operand), folded.find(operand) != folded.npos) << value << " " << operand;
  }
  for (const int count : found) EXPECT_GT(count, 5'000);
}

}  // namespace
}  // namespace expt::base
