// Measures durable, deduplicated ingest over HTTP: the real exptd as a process of its own, clients on loopback.
//
//   ingest_http_bench [--events 500000] [--connections 16] [--rate 50000] [--exptd PATH] [--directory DIR]
//
// Closed loop: each connection sends its next batch when the one before is answered; events, then the same events
// again as duplicates. Open loop: batches start at fixed times, `rate` events a second, and wait from the time at which
// they should have started. Clients and server share the machine. What the server sheds (503, or "retry" for some
// events) is sent again until it is taken, counted, and left out of the waiting times. Exits with 1 when an
// answer is not what it must be.
#include <sys/resource.h>
#include <unistd.h>
#include <zstd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/api/raw_socket.h"
#include "tests/bench/exptd_process.h"
#include "tests/bench/ingest_floor.h"
#include "tests/ingest/batches.h"

namespace expt::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kBatch = 500;
constexpr size_t kFloorGroup = 4000;
constexpr int kMostSendings = 200;
constexpr std::chrono::milliseconds kPause{100};

struct Options {
  size_t events = 500'000;
  size_t connections = 16;
  size_t rate = 50'000;
  std::string exptd = EXPTD;
  std::string directory = std::filesystem::temp_directory_path();
};

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// A UUIDv7: its time rises with `index`, the rest is random.
std::string IdOf(int64_t start_ms, size_t index, std::mt19937_64& random) {
  std::string id(16, '\0');
  const uint64_t time = static_cast<uint64_t>(start_ms) + index / 100;
  for (size_t i = 0; i < 6; ++i) id[i] = static_cast<char>(time >> (40 - 8 * i));
  for (size_t i = 6; i < 16; ++i) id[i] = static_cast<char>(random());
  return id;
}

std::string Compressed(const std::string& plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 1));
  return out;
}

struct Load {
  std::vector<std::string> requests;  // whole HTTP requests of kBatch events each
  std::vector<Row> rows;              // the same events for the floor
  size_t bytes = 0;
};

Load MakeLoad(size_t batches, const std::string& bearer, unsigned seed) {
  std::mt19937_64 random(seed);
  const int64_t now = NowMs();
  Load load;
  for (size_t b = 0; b < batches; ++b) {
    std::vector<wire::Event> events;
    for (size_t k = b * kBatch; k < (b + 1) * kBatch; ++k) {
      const std::string unit = "user-" + std::to_string(random() % 500'000);
      const std::string id = IdOf(now, k, random);
      events.push_back(k % 4 == 0 ? ingest::ExposureOf(id, now, unit, k % 8 == 0 ? "on" : "off")
                                  : ingest::MetricOf(id, now + 5, unit, "purchase", 12.5));
      load.rows.push_back({id, wire::EncodeEvent(events.back())});
    }
    const std::string body = Compressed(ingest::BatchOf(events, ingest::HeaderOf(now)));
    load.requests.push_back("POST /sdk/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + bearer +
                            "\r\nContent-Type: application/x-protobuf\r\nContent-Encoding: zstd\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\n\r\n" + body);
    load.bytes += body.size();
  }
  return load;
}

enum class Answer { kExpected, kShed, kWrong };

// Expected: `expected` for every event of the batch.
Answer AnswerOf(const std::string& reply, wire::AckResult expected) {
  if (reply.starts_with("HTTP/1.1 503")) return Answer::kShed;
  const size_t head = reply.find("\r\n\r\n");
  if (!reply.starts_with("HTTP/1.1 200") || head == std::string::npos) return Answer::kWrong;
  const auto decoded = wire::DecodeReply(std::string_view(reply).substr(head + 4));
  if (!decoded.ok() || decoded->results.size() != kBatch) return Answer::kWrong;
  Answer answer = Answer::kExpected;
  for (const wire::AckResult result : decoded->results) {
    if (result == expected) continue;
    if (result != wire::AckResult::kRetry) return Answer::kWrong;
    answer = Answer::kShed;
  }
  return answer;
}

// Until every event of the request is stored, by this sending or an earlier one.
bool SendAgain(testing::RawSocket& socket, const std::string& request) {
  for (int i = 0; i < kMostSendings; ++i) {
    std::this_thread::sleep_for(kPause);
    if (!socket.Send(request)) return false;
    const std::string reply = socket.ReceiveReply();
    if (reply.starts_with("HTTP/1.1 503")) continue;
    const size_t head = std::min(reply.size(), reply.find("\r\n\r\n") + 4);
    const auto decoded = wire::DecodeReply(std::string_view(reply).substr(head));
    if (!decoded.ok()) return false;
    if (std::count(decoded->results.begin(), decoded->results.end(), wire::AckResult::kRetry) == 0) return true;
  }
  return false;
}

struct Pass {
  const char* name;
  wire::AckResult expected;
  double batches_per_second = 0;  // 0: closed loop
};

double OwnCpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

// Says whether every event was answered as expected.
bool Run(const Pass& pass, const Load& load, const ExptdProcess& exptd, size_t connections) {
  std::atomic<size_t> next = 0;
  std::atomic<size_t> wrong = 0;
  std::atomic<size_t> shed = 0;
  std::vector<std::vector<double>> waits(connections);
  const double server_cpu = exptd.CpuSeconds();
  const double own_cpu = OwnCpuSeconds();
  const Clock::time_point begin = Clock::now();
  const auto send_all = [&](size_t connection) {
    testing::RawSocket socket(exptd.port());
    for (size_t i = next++; i < load.requests.size(); i = next++) {
      Clock::time_point due = Clock::now();
      if (pass.batches_per_second > 0) {
        due = begin + std::chrono::duration_cast<Clock::duration>(
                          std::chrono::duration<double>(static_cast<double>(i) / pass.batches_per_second));
        std::this_thread::sleep_until(due);
      }
      const Answer answer =
          socket.Send(load.requests[i]) ? AnswerOf(socket.ReceiveReply(), pass.expected) : Answer::kWrong;
      if (answer == Answer::kWrong) ++wrong;
      if (answer == Answer::kShed) {
        ++shed;
        if (!SendAgain(socket, load.requests[i])) ++wrong;
      }
      if (answer != Answer::kExpected) continue;
      waits[connection].push_back(std::chrono::duration<double, std::milli>(Clock::now() - due).count());
    }
  };
  std::vector<std::thread> threads;
  for (size_t c = 0; c < connections; ++c) threads.emplace_back(send_all, c);
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::vector<double> all;
  for (const auto& wait : waits) all.insert(all.end(), wait.begin(), wait.end());
  if (all.empty()) all.push_back(0);
  std::sort(all.begin(), all.end());
  const auto events = static_cast<double>(load.requests.size() * kBatch);
  std::printf(
      "%-28s %8.0f events/s, ack p50 %6.1f ms, p99 %6.1f ms, max %6.1f ms, cpu of exptd %.2f us/event, of clients "
      "%.2f us/event, %zu batches shed, %zu wrong\n",
      pass.name, events / seconds, all[all.size() / 2], all[all.size() * 99 / 100], all.back(),
      (exptd.CpuSeconds() - server_cpu) * 1e6 / events, (OwnCpuSeconds() - own_cpu) * 1e6 / events, shed.load(),
      wrong.load());
  return wrong == 0;
}

int Measure(const Options& options) {
  const std::string directory = options.directory + "/expt-ingest-http-" + std::to_string(getpid());
  std::filesystem::create_directories(directory);
  bool is_right = true;
  {
    // All connections share one key, which is not what is measured.
    ExptdProcess exptd(options.exptd, directory + "/data", {"--key-event-rate", "1000000000"});
    const std::string bearer = exptd.MakeServerKey();
    const size_t batches = std::max<size_t>(options.events / kBatch, 1);
    const Load load = MakeLoad(batches, bearer, 1);
    const Load paced = MakeLoad(batches, bearer, 2);
    std::array<double, 3> machine_load{};
    getloadavg(machine_load.data(), 3);
    std::printf("%zu events in batches of %zu, %.1f bytes/event compressed, %zu connections, load average %.1f\n",
                batches * kBatch, kBatch, static_cast<double>(load.bytes) / static_cast<double>(batches * kBatch),
                options.connections, machine_load[0]);
    const FsyncFloor fsync = MeasureFsync(directory);
    std::printf("floor: %.0f appends of 4 KiB with fdatasync/s, p99 %.1f ms\n", fsync.per_second, fsync.p99_ms);
    std::printf("floor: %.0f rows/s into SQLite by one thread, unique id, %zu rows a transaction\n",
                MeasureSqliteInsert(directory, load.rows, kFloorGroup), kFloorGroup);
    is_right &= Run({"closed loop, new", wire::AckResult::kStored}, load, exptd, options.connections);
    is_right &= Run({"closed loop, duplicates", wire::AckResult::kDuplicate}, load, exptd, options.connections);
    const std::string name = "open loop, " + std::to_string(options.rate) + "/s, new";
    is_right &= Run({name.c_str(), wire::AckResult::kStored,
                     static_cast<double>(options.rate) / static_cast<double>(kBatch)},
                    paced, exptd, options.connections);
  }
  std::filesystem::remove_all(directory);
  return is_right ? 0 : 1;
}

}  // namespace
}  // namespace expt::bench

int main(int argc, char** argv) {
  expt::bench::Options options;
  CLI::App app("Measures durable ingest over HTTP", "ingest_http_bench");
  app.add_option("--events", options.events, "events of each pass")->capture_default_str();
  app.add_option("--connections", options.connections, "connections, each with a thread")->capture_default_str();
  app.add_option("--rate", options.rate, "events per second of the open loop")->capture_default_str();
  app.add_option("--exptd", options.exptd, "program to measure")->capture_default_str();
  app.add_option("--directory", options.directory, "where the data directory is made")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return expt::bench::Measure(options);
}
