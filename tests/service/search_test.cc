#include "control-plane/service/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/service/installation.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SearchTest : public Installation {
 protected:
  void SetUp() override {
    Installation::SetUp();
    MakeShop();
  }
  void Make(const std::string& key, const json& more) {
    json flag = {{"key", key}, {"type", "boolean"}, {"variants", {{{"key", "on"}, {"value", true}}}}};
    flag.update(more);
    Value(service_->Create(Caller(), Kind::kFlag, {.project = "shop"}, flag));
  }
  std::vector<std::string> Keys(const ListOptions& options) {
    std::vector<std::string> keys;
    for (const json& item : Value(service_->List(Kind::kFlag, {.project = "shop"}, options)).items) {
      keys.push_back(item["key"]);
    }
    return keys;
  }
};

TEST_F(SearchTest, FindsWordsWhereverTheyStandAndHoweverTheyAreWritten) {
  Make("checkout-button", {{"description", "Green or orange"}, {"tags", {"web"}}});
  Make("zurich", {{"description", "Für STRASSE Zürich"}, {"owner", "Ann"}, {"tags", {"web", "geo"}}});
  Make("other", {{"owner", "bob"}});
  EXPECT_THAT(Keys({.search = "CHECKOUT"}), ElementsAre("checkout-button"));
  EXPECT_THAT(Keys({.search = "orange green"}), ElementsAre("checkout-button"));
  EXPECT_THAT(Keys({.search = "orange blue"}), IsEmpty());
  EXPECT_THAT(Keys({.search = "ZÜRICH ann"}), ElementsAre("zurich"));
  EXPECT_THAT(Keys({.search = "geo"}), ElementsAre("zurich"));
  EXPECT_THAT(Keys({.search = "  "}), ElementsAre("checkout-button", "other", "zurich"));
  EXPECT_THAT(Keys({.search = "boolean"}), IsEmpty()) << "what no person wrote is not searched";
  EXPECT_THAT(Keys({.tag = "web"}), ElementsAre("checkout-button", "zurich"));
  EXPECT_THAT(Keys({.tag = "we"}), IsEmpty());
  EXPECT_THAT(Keys({.search = "street", .tag = "web"}), IsEmpty());
  EXPECT_THAT(Keys({.owner = "bob"}), ElementsAre("other"));
}

TEST_F(SearchTest, PagesHoldWhatMatchesAndLeaveNothingOut) {
  for (int i = 0; i < 700; ++i) {
    const std::string number = std::to_string(10'000 + i);
    Make("flag-" + number, {{"description", i % 3 == 0 ? "wanted" : "other"}});
  }
  std::vector<std::string> keys;
  ListOptions options{.limit = 100, .search = "wanted"};
  for (;;) {
    const Page page = Value(service_->List(Kind::kFlag, {.project = "shop"}, options));
    EXPECT_LE(page.items.size(), 100u);
    for (const json& item : page.items) keys.push_back(item["key"]);
    if (!page.next_cursor.has_value()) break;
    EXPECT_EQ(page.items.size(), 100u);
    options.cursor = *page.next_cursor;
  }
  ASSERT_EQ(keys.size(), 234u);
  for (size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(keys[i], "flag-" + std::to_string(10'000 + 3 * i));
}

}  // namespace
}  // namespace expt::service
