// The module's own XXH3 against the library, at every length where a formula begins or ends.
#include "bindings/js-wasm/native/xxh3.h"

#include <gtest/gtest.h>

#include <string>

#include "src/base/hash.h"

namespace expt::wasm {
namespace {

TEST(SmallXxh3, GivesWhatTheLibraryGives) {
  std::string text;
  uint32_t state = 1;
  for (size_t size = 0; size <= 4200; ++size) {
    ASSERT_EQ(xxh3::Hash(text), base::Xxh3(text)) << size << " bytes";
    state = state * 1664525 + 1013904223;
    text.push_back(static_cast<char>(state >> 24));
  }
  EXPECT_EQ(xxh3::Hash(std::string(1 << 20, '\xff')), base::Xxh3(std::string(1 << 20, '\xff')));
}

}  // namespace
}  // namespace expt::wasm
