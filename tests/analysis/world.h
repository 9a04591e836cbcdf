// Ingest and analysis on one directory, fed with batches; and requests, for tests.
#ifndef EXPT_TESTS_ANALYSIS_WORLD_H_
#define EXPT_TESTS_ANALYSIS_WORLD_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "control-plane/analysis/analysis.h"
#include "control-plane/ingest/ingest.h"
#include "tests/ingest/batches.h"

namespace expt::analysis {

using ingest::ExposureOf;
using ingest::IdentifyOf;
using ingest::MetricOf;

inline constexpr int64_t kDayMs = 86'400'000;
inline constexpr int64_t kStart = 22'000 * kDayMs;

class World {
 public:
  explicit World(const std::string& name)
      : directory_(std::filesystem::temp_directory_path() /
                   ("expt-analysis-" + std::to_string(getpid()) + "-" + name)) {
    std::filesystem::remove_all(directory_);
    // Takes everything in, however slow the disk is.
    absl::StatusOr<std::unique_ptr<ingest::Ingest>> opened =
        ingest::Ingest::Open(directory_ / "events", {.admission = {.max_wait = std::chrono::hours(1)}});
    EXPECT_TRUE(opened.ok()) << opened.status();
    ingest_ = *std::move(opened);
    OpenAnalysis();
  }
  ~World() {
    analysis_.reset();
    ingest_.reset();
    std::filesystem::remove_all(directory_);
  }

  void OpenAnalysis(AnalysisOptions options = {.copy_interval = std::chrono::milliseconds(0)}) {
    analysis_.reset();
    absl::StatusOr<std::unique_ptr<Analysis>> opened = Analysis::Open(directory_, options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    analysis_ = *std::move(opened);
  }

  // Sends `events` in batches of `batch_size`; the clocks of sender and server agree.
  void Feed(const std::vector<wire::Event>& events, size_t batch_size = 500, int64_t received_ms = kStart + 30 * kDayMs,
            const std::string& environment = "env_a") {
    for (size_t i = 0; i < events.size(); i += batch_size) {
      const std::vector<wire::Event> batch(
          events.begin() + static_cast<ptrdiff_t>(i),
          events.begin() + static_cast<ptrdiff_t>(std::min(i + batch_size, events.size())));
      const absl::StatusOr<wire::BatchReply> reply =
          ingest::Send(*ingest_, {.environment = environment, .is_server_key = true, .key_id = "k"},
                       ingest::BatchOf(batch, ingest::HeaderOf(received_ms)), received_ms);
      ASSERT_TRUE(reply.ok()) << reply.status();
      ASSERT_TRUE(reply->rejections.empty()) << reply->rejections[0].text;
    }
  }

  Results Compute(const ExperimentRequest& request) {
    absl::StatusOr<Results> results = analysis_->Compute(request);
    EXPECT_TRUE(results.ok()) << results.status();
    return results.ok() ? *std::move(results) : Results();
  }

  ingest::Ingest& ingest() { return *ingest_; }
  Analysis& analysis() { return *analysis_; }
  void CloseAnalysis() { analysis_.reset(); }
  const std::filesystem::path& directory() const { return directory_; }

 private:
  const std::filesystem::path directory_;
  std::unique_ptr<ingest::Ingest> ingest_;
  std::unique_ptr<Analysis> analysis_;
};

inline MetricDefinition ProportionOf(std::string event) {
  MetricDefinition metric;
  metric.key = event;
  metric.kind = MetricKind::kProportion;
  metric.numerator.event = std::move(event);
  return metric;
}

inline MetricDefinition SumOf(std::string event) {
  MetricDefinition metric;
  metric.key = event + "_sum";
  metric.kind = MetricKind::kMean;
  metric.numerator.event = std::move(event);
  metric.numerator.value = ValueSource::kValue;
  metric.numerator.aggregation = Aggregation::kSum;
  return metric;
}

inline ExperimentRequest RequestOf(std::vector<MetricDefinition> metrics) {
  ExperimentRequest request;
  request.environment = "env_a";
  request.experiment_id = "exp_1";
  request.experiment_key = "price-test";
  request.control = "off";
  request.variants = {{"off", 1}, {"on", 1}};
  request.mode = stats::Mode::kFixed;
  for (MetricDefinition& metric : metrics) request.metrics.push_back({std::move(metric), MetricRole::kSuccess});
  return request;
}

}  // namespace expt::analysis

#endif  // EXPT_TESTS_ANALYSIS_WORLD_H_
