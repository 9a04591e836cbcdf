#include "src/client/event_parser.h"

#include <gtest/gtest.h>

namespace expt::client {
namespace {

// However the bytes are cut, the same events.
std::vector<StreamEvent> ReadInPieces(std::string_view text, size_t size) {
  EventParser parser(1000);
  std::vector<StreamEvent> events;
  for (size_t at = 0; at < text.size(); at += size) EXPECT_TRUE(parser.Read(text.substr(at, size), events));
  return events;
}

TEST(EventParser, ReadsEventsHoweverTheyAreCut) {
  constexpr std::string_view kText =
      ": comment\n\nid: 1.2\nevent: head\ndata: one\ndata:two\n\nretry: 5\r\ndata\r\n\r\nevent: lost\n\nid\rdata: x\r\rdata: "
      "cut";
  for (const size_t size : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, kText.size()}) {
    const std::vector<StreamEvent> events = ReadInPieces(kText, size);
    ASSERT_EQ(events.size(), 3u) << size;
    EXPECT_EQ(events[0].id, "1.2");
    EXPECT_EQ(events[0].name, "head");
    EXPECT_EQ(events[0].data, "one\ntwo");
    EXPECT_EQ(events[1].id, "1.2") << "stays";
    EXPECT_EQ(events[1].name, "");
    EXPECT_EQ(events[1].data, "");
    EXPECT_EQ(events[2].id, "");
    EXPECT_EQ(events[2].data, "x");
  }
}

TEST(EventParser, TakesARetryTimeOnlyWhenItIsANumber) {
  EventParser parser(100);
  std::vector<StreamEvent> events;
  EXPECT_TRUE(parser.Read("retry: soon\nretry: -1\nretry: 1.5\nretry: 99999999999999\nretry:\n", events));
  EXPECT_EQ(parser.retry(), std::nullopt);
  EXPECT_TRUE(parser.Read("retry: 250\n", events));
  EXPECT_EQ(parser.retry(), std::chrono::milliseconds(250));
}

TEST(EventParser, BreaksWhenALineOrAnEventIsTooLarge) {
  std::vector<StreamEvent> events;
  EventParser line(10);
  EXPECT_FALSE(line.Read("data: 0123456789", events));
  EXPECT_FALSE(line.Read("\n\n", events)) << "it stays broken";
  EventParser event(20);
  EXPECT_FALSE(event.Read("data: 012345\ndata: 012345\ndata: 012345\n\n", events));
  EXPECT_TRUE(events.empty());
}

}  // namespace
}  // namespace expt::client
