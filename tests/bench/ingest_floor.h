// What the disk and SQLite alone can do: nothing that keeps events durable and unique in SQLite is faster.
#ifndef EXPT_TESTS_BENCH_INGEST_FLOOR_H_
#define EXPT_TESTS_BENCH_INGEST_FLOOR_H_

#include <string>
#include <vector>

namespace expt::bench {

struct FsyncFloor {
  double per_second = 0;
  double p99_ms = 0;
};
// Appends 4 KiB and syncs, 200 times, to a file in `directory`.
FsyncFloor MeasureFsync(const std::string& directory);

struct Row {
  std::string id;
  std::string body;
};
// Rows per second of one thread that inserts `rows` into a table with a unique index on id: WAL, synchronous=FULL,
// `group` rows per transaction.
double MeasureSqliteInsert(const std::string& directory, const std::vector<Row>& rows, size_t group);

}  // namespace expt::bench

#endif  // EXPT_TESTS_BENCH_INGEST_FLOOR_H_
