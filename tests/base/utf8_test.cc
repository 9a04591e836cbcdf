#include "src/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace expt::base {
namespace {

std::string Encode(uint32_t point) {
  std::string out;
  if (point < 0x80) {
    out = {static_cast<char>(point)};
  } else if (point < 0x800) {
    out = {static_cast<char>(0xc0 | point >> 6), static_cast<char>(0x80 | (point & 0x3f))};
  } else if (point < 0x10000) {
    out = {static_cast<char>(0xe0 | point >> 12), static_cast<char>(0x80 | (point >> 6 & 0x3f)),
           static_cast<char>(0x80 | (point & 0x3f))};
  } else {
    out = {static_cast<char>(0xf0 | point >> 18), static_cast<char>(0x80 | (point >> 12 & 0x3f)),
           static_cast<char>(0x80 | (point >> 6 & 0x3f)), static_cast<char>(0x80 | (point & 0x3f))};
  }
  return out;
}

TEST(Utf8, EveryCodePointButSurrogatesIsValid) {
  for (uint32_t point = 0; point < 0x110000; ++point) {
    const bool is_surrogate = point >= 0xd800 && point <= 0xdfff;
    ASSERT_EQ(IsUtf8(Encode(point)), !is_surrogate) << std::hex << point;
  }
}

TEST(Utf8, EveryCodePointButSurrogatesIsWrittenAndReadBack) {
  for (uint32_t point = 0; point < 0x110000; ++point) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    char bytes[4];
    const std::string_view text(bytes, EncodeUtf8(point, bytes));
    ASSERT_EQ(text, Encode(point)) << std::hex << point;
    ASSERT_EQ(Utf8CharacterSize(text, 0), text.size()) << std::hex << point;
    ASSERT_EQ(DecodeUtf8(text, 0, text.size()), point) << std::hex << point;
  }
}

TEST(Utf8, DamageIsFoundAtEveryPlace) {
  for (const std::string bad : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x80\x80", "\xe0\x9f\xbf",
                                "\xe2\x82", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                                "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff", "\xf0\x9f\x98"}) {
    for (size_t before = 0; before < 20; ++before) {
      EXPECT_FALSE(IsUtf8(std::string(before, 'a') + bad));
      EXPECT_FALSE(IsUtf8(std::string(before, 'a') + bad + std::string(9, 'b')));
    }
  }
}

TEST(Utf8, AllTwoByteTextsAreAsTheirBytesSay) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text = {static_cast<char>(a), static_cast<char>(b)};
      const bool is_ascii = a < 0x80 && b < 0x80;
      const bool is_pair = a >= 0xc2 && a <= 0xdf && b >= 0x80 && b <= 0xbf;
      ASSERT_EQ(IsUtf8(text), is_ascii || is_pair) << a << " " << b;
    }
  }
}

}  // namespace
}  // namespace expt::base
