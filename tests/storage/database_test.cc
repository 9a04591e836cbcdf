#include "control-plane/storage/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace expt::storage {
namespace {

using ::testing::HasSubstr;

class DatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() / ("expt-database-" + std::to_string(getpid()) + "-" +
                                                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string Path() const { return directory_ / "state.db"; }

  std::filesystem::path directory_;
};

TEST_F(DatabaseTest, BoundValuesComeBackAsTheyWere) {
  absl::StatusOr<Database> database = Database::Open(Path(), {});
  ASSERT_TRUE(database.ok()) << database.status();
  ASSERT_TRUE(database->Execute("CREATE TABLE t(i INTEGER, r REAL, s TEXT, b BLOB, n TEXT)").ok());
  absl::StatusOr<Statement> insert = database->Prepare("INSERT INTO t VALUES(?1,?2,?3,?4,?5)");
  ASSERT_TRUE(insert.ok());
  const std::string bytes("a\0b", 3);
  insert->BindInt(1, INT64_MIN).BindReal(2, 0.1).BindText(3, "it's").BindBlob(4, bytes).BindNull(5);
  ASSERT_TRUE(insert->Run().ok());
  absl::StatusOr<Statement> select = database->Prepare("SELECT i,r,s,b,n FROM t");
  ASSERT_TRUE(select.ok());
  ASSERT_TRUE(*select->Step());
  EXPECT_EQ(select->Int(0), INT64_MIN);
  EXPECT_EQ(select->Real(1), 0.1);
  EXPECT_EQ(select->Text(2), "it's");
  EXPECT_EQ(select->Blob(3), bytes);
  EXPECT_TRUE(select->IsNull(4));
  EXPECT_FALSE(*select->Step());
}

TEST_F(DatabaseTest, AnUncommittedTransactionLeavesNothing) {
  absl::StatusOr<Database> database = Database::Open(Path(), {});
  ASSERT_TRUE(database.ok());
  ASSERT_TRUE(database->Execute("CREATE TABLE t(i INTEGER)").ok());
  {
    absl::StatusOr<Transaction> transaction = Transaction::Begin(*database);
    ASSERT_TRUE(transaction.ok());
    ASSERT_TRUE(database->Execute("INSERT INTO t VALUES(1)").ok());
  }
  {
    absl::StatusOr<Transaction> transaction = Transaction::Begin(*database);
    ASSERT_TRUE(transaction.ok());
    ASSERT_TRUE(database->Execute("INSERT INTO t VALUES(2)").ok());
    ASSERT_TRUE(transaction->Commit().ok());
  }
  absl::StatusOr<Statement> select = database->Prepare("SELECT COUNT(*), SUM(i) FROM t");
  ASSERT_TRUE(*select->Step());
  EXPECT_EQ(select->Int(0), 1);
  EXPECT_EQ(select->Int(1), 2);
}

TEST_F(DatabaseTest, ErrorsNameTheFileAndSayWhatTheCallerCanDo) {
  absl::StatusOr<Database> database = Database::Open(Path(), {});
  ASSERT_TRUE(database.ok());
  ASSERT_TRUE(database->Execute("CREATE TABLE t(i INTEGER PRIMARY KEY, j INTEGER NOT NULL)").ok());
  ASSERT_TRUE(database->Execute("INSERT INTO t VALUES(1, 1)").ok());
  const absl::Status twice = database->Execute("INSERT INTO t VALUES(1, 1)");
  EXPECT_EQ(twice.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(twice.message()), HasSubstr("database \"state.db\": "));
  EXPECT_EQ(database->Execute("INSERT INTO t VALUES(2, NULL)").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(database->Execute("SELEKT").code(), absl::StatusCode::kInternal);
  EXPECT_EQ(Database::Open(directory_ / "none" / "x.db", {}).status().code(), absl::StatusCode::kUnavailable);

  std::ofstream(directory_ / "junk.db") << std::string(4096, 'x');
  EXPECT_EQ(Database::Open(directory_ / "junk.db", {}).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(DatabaseTest, AParameterThatIsNotThereIsAnErrorOfTheStep) {
  absl::StatusOr<Database> database = Database::Open(Path(), {});
  ASSERT_TRUE(database.ok());
  absl::StatusOr<Statement> select = database->Prepare("SELECT ?1");
  ASSERT_TRUE(select.ok());
  EXPECT_FALSE(select->BindInt(2, 5).Step().ok());
  EXPECT_TRUE(*select->BindInt(1, 5).Step());
  EXPECT_EQ(select->Int(0), 5);
}

TEST_F(DatabaseTest, ASecondWriterIsRefusedAfterItsBusyBudget) {
  absl::StatusOr<Database> one = Database::Open(Path(), {});
  ASSERT_TRUE(one.ok());
  DatabaseOptions impatient;
  impatient.busy_timeout = std::chrono::milliseconds(1);
  absl::StatusOr<Database> two = Database::Open(Path(), impatient);
  ASSERT_TRUE(two.ok());
  absl::StatusOr<Transaction> transaction = Transaction::Begin(*one);
  ASSERT_TRUE(transaction.ok());
  EXPECT_EQ(Transaction::Begin(*two).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace expt::storage
