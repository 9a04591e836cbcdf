// How often flags were evaluated, and which values attributes had, from events as clients send them.
#include "control-plane/analysis/usage.h"

#include <gmock/gmock.h>

#include "control-plane/storage/event_day.h"
#include "expt/decision.h"
#include "tests/analysis/world.h"

namespace expt::analysis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

wire::Event SummaryOf(const std::string& id, const std::string& flag, const std::string& variant, uint64_t count,
                      int64_t time_ms) {
  wire::SummaryEvent summary;
  summary.flag = flag;
  summary.variant = variant;
  summary.reason = static_cast<uint32_t>(Reason::kSplit);
  summary.count = count;
  summary.window_start_ms = time_ms - 60'000;
  summary.window_end_ms = time_ms;
  wire::Event event;
  event.event_id = id;
  event.time_ms = time_ms;
  event.body = summary;
  return event;
}

wire::Event SeenOf(const std::string& id, std::vector<wire::EventProperty> attributes) {
  wire::ExposureEvent exposure;
  exposure.experiment = "exp_1";
  exposure.phase = 1;
  exposure.variant = "on";
  exposure.unit_type = "targeting_key";
  exposure.unit_id = id;
  exposure.attributes = std::move(attributes);
  wire::Event event;
  event.event_id = id;
  event.time_ms = kStart + 30 * kDayMs;
  event.body = std::move(exposure);
  return event;
}

std::unique_ptr<Usage> OpenUsage(const World& world) {
  auto usage = Usage::Open(world.directory());
  EXPECT_TRUE(usage.ok()) << usage.status();
  return *std::move(usage);
}

std::vector<std::string> LinesOf(const FlagUsage& usage) {
  std::vector<std::string> lines;
  for (const storage::FlagDay& day : usage.days) {
    lines.push_back(std::to_string(day.day - storage::DayOf(kStart)) + " " + day.variant + " " +
                    std::to_string(day.count));
  }
  return lines;
}

TEST(Usage, CountsEvaluationsByDayAndVariant) {
  World world("usage");
  const int64_t noon = kStart + 10 * kDayMs + kDayMs / 2;
  world.Feed({SummaryOf("a", "page", "on", 5, noon), SummaryOf("b", "page", "off", 2, noon),
              SummaryOf("c", "other", "", 9, noon)},
             500, noon);
  auto usage = OpenUsage(world);
  world.Feed({SummaryOf("d", "page", "on", 1, noon + 60'000), SummaryOf("e", "page", "on", 3, noon + kDayMs)}, 500,
             noon + kDayMs);
  // The same event again says nothing new.
  world.Feed({SummaryOf("e", "page", "on", 3, noon + kDayMs)}, 500, noon + kDayMs);
  const auto page = usage->OfFlag("env_a", "page", Time(std::chrono::milliseconds(noon)));
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(LinesOf(*page), ElementsAre("10 off 2", "10 on 6", "11 on 3"));
  EXPECT_EQ(page->total.count, 11);
  EXPECT_EQ(page->total.first_ms, noon - 60'000);
  EXPECT_EQ(page->total.last_ms, noon + kDayMs);
  const auto later = usage->OfFlag("env_a", "page", Time(std::chrono::milliseconds(noon + kDayMs)));
  EXPECT_THAT(LinesOf(*later), ElementsAre("11 on 3"));
  EXPECT_EQ(later->total.count, 11);
  EXPECT_EQ(usage->OfFlag("env_b", "page", Time())->total.count, 0);
  const auto all = usage->OfEnvironment("env_a");
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ(all->at("other").count, 9);
  // What has been copied is not counted again after a start, nor when the file is made anew.
  usage = OpenUsage(world);
  EXPECT_EQ(usage->OfFlag("env_a", "page", Time())->total.count, 11);
  usage.reset();
  std::filesystem::remove(world.directory() / "usage.db");
  EXPECT_EQ(OpenUsage(world)->OfFlag("env_a", "page", Time())->total.count, 11);
}

TEST(Usage, ListsTheValuesThatExposuresCarried) {
  World world("values");
  std::vector<wire::Event> events;
  for (int i = 0; i < 3; ++i) {
    events.push_back(SeenOf("ch" + std::to_string(i),
                            {{"country", Value(ValueView("CH"))}, {"age", Value(ValueView(31))}}));
  }
  events.push_back(SeenOf("de", {{"country", Value(ValueView("D\"E"))}}));
  world.Feed(events);
  const auto usage = OpenUsage(world);
  const auto values = usage->ValuesOf("env_a", "country", 10);
  ASSERT_TRUE(values.ok()) << values.status();
  ASSERT_EQ(values->size(), 2u);
  EXPECT_EQ((*values)[0].value, "\"CH\"");
  EXPECT_EQ((*values)[0].count, 3);
  EXPECT_EQ((*values)[1].value, "\"D\\\"E\"");
  EXPECT_EQ(usage->ValuesOf("env_a", "country", 1)->size(), 1u);
  EXPECT_EQ(usage->ValuesOf("env_a", "age", 10)->front().value, "31");
  EXPECT_THAT(*usage->ValuesOf("env_a", "lost", 10), IsEmpty());
}

TEST(Usage, IsBoundedWhateverClientsMakeUp) {
  World world("bounds");
  std::vector<wire::Event> events;
  for (size_t i = 0; i < storage::kMaxSeenValues + 50; ++i) {
    events.push_back(SeenOf("u" + std::to_string(i), {{"city", Value(ValueView("c" + std::to_string(i)))}}));
  }
  for (size_t i = 0; i < storage::kMaxUsedVariants + 50; ++i) {
    const std::string number = std::to_string(i);
    events.push_back(SummaryOf("s" + number, "page", "v" + number, UINT64_MAX, kStart + 30 * kDayMs));
  }
  world.Feed(events);
  const auto usage = OpenUsage(world);
  EXPECT_EQ(usage->ValuesOf("env_a", "city", 10'000)->size(), storage::kMaxSeenValues);
  const auto page = usage->OfFlag("env_a", "page", Time());
  EXPECT_EQ(page->days.size(), storage::kMaxUsedVariants);
  EXPECT_GT(page->total.count, 0) << "sums do not overflow";
}

}  // namespace
}  // namespace expt::analysis
