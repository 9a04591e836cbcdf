// Measures durable ingest and results from cold. Not a test: prints figures.
//
//   ingest_bench [events, default 1000000] [callers, default 4]

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "control-plane/analysis/analysis.h"
#include "control-plane/ingest/ingest.h"
#include "tests/ingest/batches.h"

namespace expt {
namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kBatch = 500;
constexpr int64_t kNow = 1'900'000'000'000;

double Seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

// A UUIDv7: its time rises with `index`, the rest is random.
std::string IdOf(size_t index, std::mt19937_64& random) {
  std::string id(16, '\0');
  const uint64_t time = static_cast<uint64_t>(kNow) + index / 100;
  for (size_t i = 0; i < 6; ++i) id[i] = static_cast<char>(time >> (40 - 8 * i));
  for (size_t i = 6; i < 16; ++i) id[i] = static_cast<char>(random());
  return id;
}

std::vector<std::string> Batches(size_t events) {
  std::mt19937_64 random(1);
  std::vector<std::string> batches;
  for (size_t i = 0; i < events; i += kBatch) {
    std::vector<wire::Event> batch;
    for (size_t k = i; k < std::min(events, i + kBatch); ++k) {
      const std::string unit = "user-" + std::to_string(random() % 500'000);
      batch.push_back(k % 4 == 0 ? ingest::ExposureOf(IdOf(k, random), kNow, unit, k % 8 == 0 ? "on" : "off")
                                 : ingest::MetricOf(IdOf(k, random), kNow + 5, unit, "purchase", 12.5));
    }
    batches.push_back(ingest::BatchOf(batch, ingest::HeaderOf(kNow)));
  }
  return batches;
}

// Takes everything in, however slow the disk is.
const ingest::IngestOptions kPatient{.admission = {.max_wait = std::chrono::hours(1)}};

void MeasureIngest(const std::string& directory, size_t events, int callers) {
  const std::vector<std::string> batches = Batches(events);
  auto ingest = ingest::Ingest::Open(directory, kPatient);
  if (!ingest.ok()) {
    std::fprintf(stderr, "%s\n", std::string(ingest.status().message()).c_str());
    return;
  }
  const ingest::Sender sender{.environment = "env", .is_server_key = true, .key_id = "k"};
  for (const char* pass : {"new", "duplicate"}) {
    std::vector<std::vector<double>> waits(static_cast<size_t>(callers));
    std::atomic<size_t> next = 0;
    std::atomic<size_t> failed = 0;
    const double cpu = CpuSeconds();
    const Clock::time_point begin = Clock::now();
    std::vector<std::thread> threads;
    for (int c = 0; c < callers; ++c) {
      threads.emplace_back([&, c] {
        for (size_t i = next++; i < batches.size(); i = next++) {
          const Clock::time_point sent = Clock::now();
          if (!ingest::Send(**ingest, sender, batches[i], kNow).ok()) ++failed;
          waits[static_cast<size_t>(c)].push_back(Seconds(Clock::now() - sent) * 1e3);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    const double seconds = Seconds(Clock::now() - begin);
    std::vector<double> all;
    for (const auto& wait : waits) all.insert(all.end(), wait.begin(), wait.end());
    std::sort(all.begin(), all.end());
    std::printf(
        "ingest, %zu %s events, %d callers x %zu: %.0f events/s, cpu %.2f us/event, ack p50 %.1f ms p99 %.1f ms, "
        "%zu batches failed\n",
        events, pass, callers, kBatch, static_cast<double>(events) / seconds,
        (CpuSeconds() - cpu) * 1e6 / static_cast<double>(events), all[all.size() / 2], all[all.size() * 99 / 100],
        failed.load());
  }
  ingest->reset();
  const Clock::time_point begin = Clock::now();
  ingest = ingest::Ingest::Open(directory, kPatient);
  std::printf("open again, %zu ids: %.2f s\n", events, Seconds(Clock::now() - begin));
}

void MeasureAnalysis(const std::string& directory) {
  constexpr int kUnits = 90'000;
  constexpr int kEvents = 3;
  {
    auto ingest = ingest::Ingest::Open(directory + "/events", kPatient);
    std::mt19937_64 random(2);
    std::vector<wire::Event> batch;
    size_t index = 0;
    const auto send = [&] {
      (void)ingest::Send(**ingest, {.environment = "env_a", .is_server_key = true, .key_id = "k"},
                         ingest::BatchOf(batch, ingest::HeaderOf(kNow)), kNow);
      batch.clear();
    };
    for (int u = 0; u < kUnits; ++u) {
      const std::string unit = "user-" + std::to_string(u);
      batch.push_back(ingest::ExposureOf(IdOf(index++, random), kNow, unit, u % 2 == 0 ? "on" : "off"));
      for (int e = 0; e < kEvents; ++e) {
        batch.push_back(ingest::MetricOf(IdOf(index++, random), kNow + e, unit, "purchase", static_cast<double>(e)));
      }
      if (batch.size() >= kBatch) send();
    }
    send();
  }
  analysis::MetricDefinition bought;
  bought.key = "bought";
  bought.numerator.event = "purchase";
  analysis::MetricDefinition revenue = bought;
  revenue.key = "revenue";
  revenue.kind = analysis::MetricKind::kMean;
  revenue.numerator.value = analysis::ValueSource::kValue;
  revenue.numerator.aggregation = analysis::Aggregation::kSum;
  analysis::ExperimentRequest request;
  request.environment = "env_a";
  request.experiment_id = "exp_1";
  request.control = "off";
  request.variants = {{"off", 1}, {"on", 1}};
  request.metrics = {{bought, analysis::MetricRole::kSuccess}, {revenue, analysis::MetricRole::kSecondary}};
  auto analysis = analysis::Analysis::Open(directory, {.copy_interval = std::chrono::milliseconds(0)});
  for (const char* what : {"from cold (copy, bind, compute)", "again (cached)", "at another alpha (compute only)"}) {
    if (what[0] == 'a' && what[1] == 't') request.alpha = 0.01;
    const double cpu = CpuSeconds();
    const Clock::time_point begin = Clock::now();
    const auto results = (*analysis)->Compute(request);
    std::printf("results of %d units and %d events, %s: %.3f s, cpu %.3f s%s\n", kUnits, kUnits * kEvents, what,
                Seconds(Clock::now() - begin), CpuSeconds() - cpu,
                results.ok() && results->exposed_units == kUnits ? "" : ", WRONG");
  }
}

}  // namespace
}  // namespace expt

int main(int argc, char** argv) {
  const size_t events = argc > 1 ? std::stoul(argv[1]) : 1'000'000;
  const int callers = argc > 2 ? std::stoi(argv[2]) : 4;
  const std::string directory =
      std::filesystem::temp_directory_path() / ("expt-ingest-bench-" + std::to_string(getpid()));
  expt::MeasureIngest(directory + "/ingest", events, callers);
  expt::MeasureAnalysis(directory + "/analysis");
  std::filesystem::remove_all(directory);
}
