#include "tests/bench/ingest_floor.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "control-plane/storage/database.h"

namespace expt::bench {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

void Require(bool is_ok, const char* what) {
  if (is_ok) return;
  std::fprintf(stderr, "floor: cannot %s\n", what);
  std::exit(1);
}

}  // namespace

FsyncFloor MeasureFsync(const std::string& directory) {
  constexpr size_t kTimes = 200;
  const int file = open((directory + "/fsync").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  Require(file >= 0, "make a file");
  const std::string page(4096, 'x');
  std::vector<double> times;
  const Clock::time_point begin = Clock::now();
  for (size_t i = 0; i < kTimes; ++i) {
    const Clock::time_point start = Clock::now();
    Require(write(file, page.data(), page.size()) == static_cast<ssize_t>(page.size()), "write");
    Require(fdatasync(file) == 0, "sync");
    times.push_back(SecondsSince(start) * 1e3);
  }
  const double seconds = SecondsSince(begin);
  close(file);
  std::sort(times.begin(), times.end());
  return {static_cast<double>(kTimes) / seconds, times[kTimes * 99 / 100]};
}

double MeasureSqliteInsert(const std::string& directory, const std::vector<Row>& rows, size_t group) {
  auto database = storage::Database::Open(directory + "/floor.db", {.cache_kib = 65536});
  Require(database.ok(), "open a database");
  Require(database
              ->Execute("CREATE TABLE event(offset INTEGER PRIMARY KEY, id BLOB NOT NULL, body BLOB NOT NULL);"
                        "CREATE UNIQUE INDEX event_by_id ON event(id);")
              .ok(),
          "make tables");
  auto insert = database->Prepare("INSERT INTO event(id, body) VALUES(?1, ?2)");
  Require(insert.ok(), "prepare");
  const Clock::time_point begin = Clock::now();
  for (size_t first = 0; first < rows.size(); first += group) {
    auto transaction = storage::Transaction::Begin(*database);
    Require(transaction.ok(), "begin");
    for (size_t i = first; i < std::min(rows.size(), first + group); ++i) {
      Require(insert->BindBlobView(1, rows[i].id).BindBlobView(2, rows[i].body).Run().ok(), "insert");
    }
    Require(transaction->Commit().ok(), "commit");
  }
  return static_cast<double>(rows.size()) / SecondsSince(begin);
}

}  // namespace expt::bench
