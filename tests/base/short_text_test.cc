#include "src/base/short_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "src/base/json_text.h"

namespace expt::base {
namespace {

constexpr size_t kSizes = 40;

// Of `size` different bytes, without anything behind it: reading too far is seen by sanitizers.
std::vector<char> Text(size_t size) {
  std::vector<char> text(size);
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>('A' + i);
  return text;
}

std::string_view View(const std::vector<char>& text) { return {text.data(), text.size()}; }

TEST(ShortText, EveryByteOfEverySizeIsCompared) {
  for (size_t size = 0; size < kSizes; ++size) {
    const std::vector<char> text = Text(size);
    std::vector<char> other = text;
    EXPECT_TRUE(IsSameText(View(text), View(other))) << size;
    EXPECT_FALSE(IsSameText(View(text), View(Text(size + 1)))) << size;
    for (size_t i = 0; i < size; ++i) {
      ++other[i];
      EXPECT_FALSE(IsSameText(View(text), View(other))) << size << " " << i;
      --other[i];
    }
  }
}

TEST(ShortText, IsCopiedAndHashedAsLongOnesAre) {
  for (size_t size = 0; size < kSizes; ++size) {
    const std::vector<char> text = Text(size);
    std::vector<char> copy(size + 1, '#');
    EXPECT_TRUE(CopyUtf8(View(text), copy.data())) << size;
    EXPECT_EQ(copy[size], '#') << size;
    copy.pop_back();
    EXPECT_EQ(View(copy), View(text)) << size;
    EXPECT_EQ(Xxh3Short(View(text)), Xxh3(View(text))) << size;
  }
}

TEST(ShortText, AByteThatIsNoUtf8IsSeenWhereverItStands) {
  for (size_t size = 1; size < kSizes; ++size) {
    for (size_t i = 0; i < size; ++i) {
      std::vector<char> text = Text(size);
      text[i] = '\xff';
      std::vector<char> copy(size);
      EXPECT_FALSE(CopyUtf8(View(text), copy.data())) << size << " " << i;
    }
  }
  char copy[8];
  EXPECT_TRUE(CopyUtf8("\xc3\xa9", copy));
}

TEST(ShortText, WhatJsonEscapesIsSeenWhereverItStands) {
  for (size_t size = 1; size < kSizes; ++size) {
    EXPECT_TRUE(IsPlainJson(std::string(size, '~'))) << size;
    for (size_t i = 0; i < size; ++i) {
      for (const char c : {'"', '\\', '\n', '\0', '\x1f', '\xc3', '\xff'}) {
        std::string text(size, ' ');
        EXPECT_TRUE(IsPlainJson(text));
        text[i] = c;
        EXPECT_FALSE(IsPlainJson(text)) << size << " " << i;
      }
    }
  }
}

}  // namespace
}  // namespace expt::base
