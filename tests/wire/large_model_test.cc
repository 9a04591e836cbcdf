#include "tests/wire/large_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "src/host/deflate.h"
#include "src/wire/scan.h"
#include "src/wire/schema.h"
#include "src/wire/snapshot_codec.h"

namespace expt::wire {
namespace {

// Prints the figures beside the bounds it checks; times are for information only.
TEST(LargeModel, TenThousandFlagsStayWithinSizeAndElements) {
  const model::Snapshot model = LargeModel(10'000, 10);
  // Processor time, so that other work on the machine disturbs little.
  const auto measure = [](auto work) {
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
      const std::clock_t start = std::clock();
      work();
      best = std::min(best, 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    return best;
  };
  std::string payload;
  const double encode_ms = measure([&] { payload = EncodeSnapshot(model); });
  ScanResult scan;
  const double scan_ms = measure([&] {
    scan = {};
    ASSERT_TRUE(ScanMessage(payload, kSnapshotMessage, ScanLimits(), &scan).ok());
  });
  const double decode_ms = measure([&] { ASSERT_TRUE(DecodeSnapshot(payload).ok()); });
  const double deflated_mib = static_cast<double>(host::Deflate(payload).size()) / (1 << 20);
  std::printf(
      "10,000 flags x 10 rules x 3 conditions: %.2f MiB plain, %.2f MiB deflated, %llu elements, "
      "%.1f MiB decoded; encode %.1f ms, scan %.1f ms, scan and decode %.1f ms\n",
      static_cast<double>(payload.size()) / (1 << 20), deflated_mib, static_cast<unsigned long long>(scan.elements),
      static_cast<double>(scan.memory) / (1 << 20), encode_ms, scan_ms, decode_ms);
  EXPECT_LE(payload.size(), 6u << 20);
  EXPECT_LE(scan.elements, 500'000u);
}

}  // namespace
}  // namespace expt::wire
