#include "src/model/pattern.h"

#include <gtest/gtest.h>

namespace expt::model {
namespace {

TEST(HasUnicodeClass, FindsEscapesOnly) {
  for (const char* pattern : {R"(\pL)", R"(\PL)", R"(a\p{Greek})", R"([\pL])", R"([^\P{L}])", R"(\\\pL)", R"([]\pL])",
                              R"(\Qa\E\pL)", R"([[:alpha:]\pN])", R"(\Q\\E\pL)", R"([\Q]\pL)", R"(\[\pL)", R"([^]\pL])"}) {
    EXPECT_TRUE(HasUnicodeClass(pattern)) << pattern;
  }
  for (const char* pattern : {"", "p", R"(\\pL)", R"(\\\\p)", R"(\Q\pL\E)", R"(\Q\pL)", R"(\d\w\s)", R"([\\p])", R"(\)",
                              R"(\Q[\E\Q\pL\E)", R"(a\)", R"(\Qab\E)"}) {
    EXPECT_FALSE(HasUnicodeClass(pattern)) << pattern;
  }
}

}  // namespace
}  // namespace expt::model
