#include "control-plane/storage/metric_sql.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "control-plane/storage/analysis_store.h"

namespace expt::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class MetricSqlTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() / ("expt-metric-sql-" + std::to_string(getpid()) + "-" +
                                                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(directory_);
    absl::StatusOr<AnalysisStore> store = AnalysisStore::Open(directory_ / "analysis.db", INT64_MAX);
    ASSERT_TRUE(store.ok()) << store.status();
    store_.emplace(*std::move(store));
    absl::StatusOr<std::unique_ptr<SqliteEngine>> engine = SqliteEngine::Open(directory_ / "analysis.db");
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
  }
  void TearDown() override {
    engine_.reset();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }
  std::vector<std::vector<double>> Rows(const Sql& sql) {
    std::vector<std::vector<double>> rows;
    const absl::Status status = engine_->Query(sql, [&](const SqlRow& row) {
      std::vector<double>& values = rows.emplace_back();
      for (const SqlValue& value : row) values.push_back(Real(value));
    });
    EXPECT_TRUE(status.ok()) << status;
    return rows;
  }

  std::filesystem::path directory_;
  std::optional<AnalysisStore> store_;
  std::unique_ptr<SqliteEngine> engine_;
};

TEST_F(MetricSqlTest, RowsBecomeUnitsBecomeSums) {
  RawRows rows;
  rows.exposures = {{1, 10, 100, 7, 1}, {1, 10, 50, 7, 2}, {1, 11, 60, 8, 3},
                    {1, 12, 60, 7, 4},  {1, 12, 61, 8, 5}, {2, 13, 60, 7, 6}};
  rows.events = {{10, 3, 49, 5, 7}, {10, 3, 50, 6, 8}, {10, 3, 60, 7, 9}, {11, 4, 61, 2, 10}, {12, 3, 70, 9, 11}};
  ASSERT_TRUE(store_->Insert(rows, {11, 0}, {}).ok());
  ASSERT_TRUE(engine_->Begin().ok());
  const ExposureSlice slice{.experiment = 1, .start_ms = {}, .end_ms = {}, .is_first_seen = false};
  EXPECT_THAT(Rows(ExposureCountSql(kSqlite, slice)), ElementsAre(ElementsAre(5)));
  ASSERT_TRUE(engine_->Exec(UnitsSql(kSqlite, slice)).ok());
  EXPECT_THAT(Rows(UnitCountSql(kSqlite)),
              ElementsAre(ElementsAre(7, 0, 1), ElementsAre(7, 1, 1), ElementsAre(8, 0, 1)));
  const std::vector<UnitMetric> metrics = {{.numerator = {3, UnitTotal::kSum},
                                            .denominator = UnitColumn{4, UnitTotal::kCount},
                                            .start_ms = 0,
                                            .end_ms = 10,
                                            .latest_ms = {},
                                            .leaves_out_units_without_events = false}};
  ASSERT_TRUE(engine_->Exec(UnitMetricSql(kSqlite, metrics, EventTable::kEvent, false)).ok());
  EXPECT_THAT(Rows(SumsSql(kSqlite, metrics)), ElementsAre(ElementsAre(7, 1, 6, 0), ElementsAre(8, 1, 0, 1)));
  EXPECT_THAT(Rows(GramSql(kSqlite, metrics, {{3, 1}})),
              ElementsAre(ElementsAre(7, 3, -1, 9, -3, 1, 27), ElementsAre(8, -3, 0, 9, 0, 0, -27)));
  // What was made in one view is gone with it.
  engine_->End();
  ASSERT_TRUE(engine_->Begin().ok());
  EXPECT_TRUE(engine_->Exec(UnitsSql(kSqlite, slice)).ok());
}

TEST_F(MetricSqlTest, TheSameRowsAgainChangeNothing) {
  RawRows rows;
  rows.exposures = {{1, 10, 100, 7, 1}};
  rows.events = {{10, 3, 150, 5, 2}};
  ASSERT_TRUE(store_->Insert(rows, {2, 0}, {}).ok());
  ASSERT_TRUE(store_->InsertReplayed(rows, 2, {}).ok());
  EXPECT_THAT(Rows({"SELECT COUNT(*) FROM exposure", {}}), ElementsAre(ElementsAre(1)));
  EXPECT_THAT(Rows({"SELECT COUNT(*), SUM(e.value) FROM event e", {}}), ElementsAre(ElementsAre(1, 5)));
}

TEST_F(MetricSqlTest, MacrosMeanOnSqliteWhatTheySay) {
  EXPECT_THAT(Rows({"SELECT " + kSqlite.Idiv("7", "2") + ", " + kSqlite.F64("7") + "/2, " + kSqlite.Int("7.9"), {}}),
              ElementsAre(ElementsAre(3, 3.5, 7)));
}

TEST(Dialect, ValuesOfARequestAreParametersInEveryDialect) {
  const ExposureSlice slice{.experiment = 424242, .start_ms = 515151, .end_ms = 616161, .is_first_seen = true};
  for (const Dialect* dialect : {&kSqlite, &kPostgresql}) {
    const Sql sql = UnitsSql(*dialect, slice);
    EXPECT_THAT(sql.parameters,
                ElementsAre(SqlValue(int64_t{424242}), SqlValue(int64_t{515151}), SqlValue(int64_t{616161})));
    for (const char* value : {"424242", "515151", "616161"}) EXPECT_THAT(sql.text, Not(HasSubstr(value)));
  }
  EXPECT_THAT(UnitsSql(kSqlite, slice).text, HasSubstr("x.exp=?1 AND x.ts>=?2 AND x.ts<?3"));
  EXPECT_THAT(UnitsSql(kPostgresql, slice).text, HasSubstr("x.exp=$1 AND x.ts>=$2 AND x.ts<$3"));
  EXPECT_THAT(UnitsSql(kPostgresql, slice).text, HasSubstr("CREATE UNLOGGED TABLE units AS SELECT"));
}

}  // namespace
}  // namespace expt::storage
