// What becomes of events, as the API and /metrics tell it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "control-plane/storage/database.h"
#include "control-plane/storage/event_day.h"
#include "src/wire/event_codec.h"
#include "tests/api/running_daemon.h"

namespace expt::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::string kProduction = kEnvironment;

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::vector<wire::Event> Exposures(const std::string& variant, int count, uint64_t first_sequence) {
  std::vector<wire::Event> events;
  for (int i = 0; i < count; ++i) {
    wire::ExposureEvent exposure;
    exposure.experiment = "exp_1";
    exposure.phase = 1;
    exposure.variant = variant;
    exposure.unit_type = "targeting_key";
    exposure.unit_id = variant + std::to_string(i);
    wire::Event& event = events.emplace_back();
    event.event_id = variant + "/" + std::to_string(i);
    event.time_ms = NowMs();
    event.sequence = first_sequence + static_cast<uint64_t>(i);
    event.body = std::move(exposure);
  }
  return events;
}

void Post(const RunningDaemon& exptd, const std::string& key, const std::vector<wire::Event>& events,
          std::vector<wire::DropCount> drops) {
  wire::BatchHeader header;
  header.instance_id[0] = 7;
  header.sent_at_ms = NowMs();
  header.drops = std::move(drops);
  std::vector<std::string> encoded;
  for (const wire::Event& event : events) encoded.push_back(wire::EncodeEvent(event));
  const std::string body = wire::EncodeBatch(header, {encoded.begin(), encoded.end()});
  const Reply reply = exptd.SendTo("POST", "/sdk/v1/events",
                                   {.bearer = key, .body = body, .content_type = "application/x-protobuf"});
  ASSERT_EQ(reply.status, 200) << reply.body;
}

// The text of /metrics once it has `line`, or after ten seconds.
std::string MetricsWith(const RunningDaemon& exptd, const std::string& line) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) {
    text = exptd.Get("/metrics").body;
    if (text.find(line) != std::string::npos) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return text;
}

DaemonOptions OftenChecked() {
  DaemonOptions options;
  options.accounting_interval = std::chrono::milliseconds(20);
  return options;
}

TEST(Accounting, SaysWhatIsLostByArmAndWarnsWhenArmsDiffer) {
  RunningDaemon exptd(OftenChecked());
  exptd.MakeShop();
  const std::string key = exptd.MakeSdkKey("server");
  Post(exptd, key, Exposures("on", 100, 1), {{DropReason::kBufferFull, EventKind::kExposure, "exp_1", "on", 60}});
  Post(exptd, key, Exposures("off", 100, 171), {});
  const json accounting = exptd.Get(kProduction + "/events/accounting").Json();
  EXPECT_EQ(accounting["accepted"], 200);
  EXPECT_EQ(accounting["lost"], (json{{"known", 60}, {"unknown", 10}}));
  EXPECT_EQ(accounting["sequences"],
            (json{{"instances", 1}, {"sent", 270}, {"received", 200}, {"declared", 60}, {"unknown", 10}}));
  const json& losses = accounting["experiments"][0];
  EXPECT_EQ(losses["experiment"], "exp_1");
  EXPECT_EQ(losses["variants"][1]["variant"], "on");
  EXPECT_EQ(losses["variants"][1]["stored"], 100);
  EXPECT_EQ(losses["variants"][1]["dropped"], 60);
  EXPECT_LT(losses["p"], 1e-10);
  EXPECT_EQ(losses["alarm"], true);

  EXPECT_THAT(MetricsWith(exptd, "exptd_loss_alarms{"), HasSubstr("exptd_accounting_faults 0\n"));
  // A check between the two batches has seen the gap only, and a gauge is set after the other.
  for (const char* line : {"cause=\"known\"} 60\n", "cause=\"unknown\"} 10\n"}) {
    EXPECT_THAT(MetricsWith(exptd, line), HasSubstr(line));
  }
}

TEST(Accounting, CountersThatDoNotAddUpAreFoundByThemselves) {
  RunningDaemon exptd(OftenChecked());
  exptd.MakeShop();
  Post(exptd, exptd.MakeSdkKey("server"), Exposures("on", 3, 1), {});
  EXPECT_THAT(MetricsWith(exptd, "exptd_accounting_faults 0\n"), HasSubstr("exptd_accounting_faults 0\n"));
  const auto names = storage::ListEventDays(exptd.directory() + "/events");
  ASSERT_TRUE(names.ok());
  for (const storage::EventDayName& name : *names) {
    auto database = storage::Database::Open(exptd.directory() + "/events/" + name.FileName(), {});
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE(database->Execute("UPDATE accepted SET count = count + 1").ok());
  }
  EXPECT_THAT(MetricsWith(exptd, "exptd_accounting_faults 1\n"), HasSubstr("exptd_accounting_faults 1\n"));
}

}  // namespace
}  // namespace expt::testing
