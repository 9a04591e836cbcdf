// W7: from signed bytes to rules that decide, for 10,000 flags shaped like W3 without a constant used twice.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "expt/snapshot.h"
#include "src/core/engine.h"
#include "src/core/golden.h"
#include "src/eval/compile.h"
#include "src/host/deflate.h"
#include "src/host/signed_file.h"
#include "src/model/validate.h"
#include "src/wire/scan.h"
#include "src/wire/schema.h"
#include "src/wire/snapshot_codec.h"
#include "tests/bench/measure.h"
#include "tests/wire/large_model.h"

namespace expt::bench {
namespace {

constexpr int kFlags = 10'000;
constexpr char kEnvironment[] = "env_large";

// Everything that the steps of loading start from.
struct Signed {
  std::string file;
  std::string plain;
  Root root;
  std::string stored;  // payload as stored
};

Signed Make() {
  model::Snapshot model = wire::LargeModel(kFlags, 10);
  core::AddGoldenVectors(model);
  const host::SecretKey root_key = host::SecretKey::Generate();
  const host::SecretKey key = host::SecretKey::Generate();
  wire::RootModel root;
  root.root_version = 1;
  root.issued_at_ms = 1;
  root.expires_at_ms = 4'000'000'000'000;
  root.public_keys = {root_key.public_key(), key.public_key()};
  wire::Role root_role;
  root_role.kind = wire::RoleKind::kRoot;
  root_role.keys = {0};
  wire::Role role;
  role.kind = wire::RoleKind::kSnapshot;
  role.environment = kEnvironment;
  role.keys = {1};
  root.roles = {root_role, role};
  root.epochs = {{kEnvironment, 1}};

  Signed made;
  made.plain = wire::EncodeSnapshot(model);
  made.file = host::MakeSignedFile(wire::PayloadType::kSnapshot, made.plain, std::span(&key, 1));
  made.root = *Root::Parse(
      host::MakeSignedFile(wire::PayloadType::kRoot, wire::EncodeRoot(root), std::span(&root_key, 1)));
  made.stored = wire::ParseEnvelope(made.file, wire::PayloadType::kSnapshot)->payload;
  return made;
}

const Signed& Large() {
  static const Signed made = Make();
  return made;
}

void ReportSizes(benchmark::State& state) {
  wire::ScanResult scan;
  if (!wire::ScanMessage(Large().plain, wire::kSnapshotMessage, wire::ScanLimits(), &scan).ok()) return;
  state.counters["file_bytes"] = static_cast<double>(Large().file.size());
  state.counters["plain_bytes"] = static_cast<double>(Large().plain.size());
  state.counters["elements"] = static_cast<double>(scan.elements);
}

// The whole: Snapshot::Parse, with the bytes that the result keeps.
void Parse(benchmark::State& state) {
  const Signed& large = Large();
  const Trust trust{.root = large.root, .environment = kEnvironment};
  const size_t before = ResidentBytes();
  absl::StatusOr<Snapshot> kept = Snapshot::Parse(large.file, trust);
  const size_t after = ResidentBytes();
  if (!kept.ok()) return Fail(state, kept.status().ToString());
  for (const std::string& warning : kept->warnings()) return Fail(state, warning);
  Allocations allocations(state, 1e9);
  for (auto _ : state) {
    // The result of the round before is given back outside of the clock.
    state.PauseTiming();
    kept = Snapshot();
    state.ResumeTiming();
    kept = Snapshot::Parse(large.file, trust);
  }
  state.counters["resident_bytes"] = static_cast<double>(after - before);
  state.counters["bytes_per_flag"] = static_cast<double>(after - before) / kFlags;
  state.counters["rules_bytes"] = static_cast<double>(kept->memory_bytes());
  ReportSizes(state);
}
BENCHMARK(Parse)->Name("W7/parse")->Unit(benchmark::kMillisecond);

// Steps 1 to 5: the digest of what is stored and one signature.
void DigestAndSignature(benchmark::State& state) {
  const Signed& large = Large();
  const wire::RootModel& keys = core::KeysOf(large.root);
  const wire::VerifyRequest request{.environment = kEnvironment};
  for (auto _ : state) {
    const absl::StatusOr<wire::BeginResult> begun = wire::Begin(large.file, keys, request);
    const wire::Pending& pending = begun->pending;
    wire::HostAnswer answer;
    answer.payload_digest = host::Sha256(pending.envelope.payload);
    const auto signed_bytes =
        wire::SignedBytes(pending.envelope.type, pending.envelope.codec, pending.envelope.plain_size,
                          pending.envelope.payload.size(), answer.payload_digest);
    const std::string_view message(reinterpret_cast<const char*>(signed_bytes.data()), signed_bytes.size());
    for (const wire::Pending::Candidate& candidate : pending.candidates) {
      answer.is_verified.push_back(host::VerifyEd25519(candidate.public_key, message, candidate.signature));
    }
    const absl::Status status = wire::CheckSignatures(*begun, answer);
    if (!status.ok()) return Fail(state, status.ToString());
  }
}
BENCHMARK(DigestAndSignature)->Name("W7/digest_and_signature")->Unit(benchmark::kMillisecond);

void Inflate(benchmark::State& state) {
  const Signed& large = Large();
  for (auto _ : state) {
    std::optional<base::SharedText> plain = host::Inflate(large.stored, large.plain.size());
    if (!plain.has_value()) return Fail(state, "cannot inflate");
    benchmark::DoNotOptimize(*plain);
  }
}
BENCHMARK(Inflate)->Name("W7/inflate")->Unit(benchmark::kMillisecond);

void Scan(benchmark::State& state) {
  for (auto _ : state) {
    wire::ScanResult scan;
    const absl::Status status = wire::ScanMessage(Large().plain, wire::kSnapshotMessage, wire::ScanLimits(), &scan);
    if (!status.ok()) return Fail(state, status.ToString());
  }
}
BENCHMARK(Scan)->Name("W7/scan")->Unit(benchmark::kMillisecond);

void ScanAndDecode(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    std::string plain = Large().plain;
    state.ResumeTiming();
    const absl::StatusOr<model::Snapshot> model = wire::DecodeSnapshot(std::move(plain));
    if (!model.ok()) return Fail(state, model.status().ToString());
    benchmark::DoNotOptimize(model->flags.size());
  }
}
BENCHMARK(ScanAndDecode)->Name("W7/scan_and_decode")->Unit(benchmark::kMillisecond);

void Validate(benchmark::State& state) {
  const model::Snapshot model = *wire::DecodeSnapshot(Large().plain);
  for (auto _ : state) {
    model::Findings findings;
    const std::vector<model::Issue> issues = model::Validate(model, findings);
    if (!issues.empty()) return Fail(state, issues.front().text);
  }
}
BENCHMARK(Validate)->Name("W7/validate")->Unit(benchmark::kMillisecond);

void Compile(benchmark::State& state) {
  const model::Snapshot model = *wire::DecodeSnapshot(Large().plain);
  model::Findings findings;
  if (!model::Validate(model, findings).empty()) return Fail(state, "it is not right");
  const std::vector<bool> is_broken(model.flags.size());
  for (auto _ : state) {
    auto compiled = eval::Compile(model, is_broken, findings);
    benchmark::DoNotOptimize(compiled);
    state.PauseTiming();
    compiled.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(Compile)->Name("W7/compile")->Unit(benchmark::kMillisecond);

void Golden(benchmark::State& state) {
  const model::Snapshot model = *wire::DecodeSnapshot(Large().plain);
  const absl::StatusOr<Snapshot> snapshot = core::Load(*wire::DecodeSnapshot(Large().plain), Digest{});
  if (!snapshot.ok()) return Fail(state, snapshot.status().ToString());
  for (auto _ : state) {
    const std::string mismatch = core::CheckGoldenVectors(model, *snapshot);
    if (!mismatch.empty()) return Fail(state, mismatch);
  }
  state.counters["vectors"] = static_cast<double>(model.golden_vectors.size());
}
BENCHMARK(Golden)->Name("W7/golden")->Unit(benchmark::kMillisecond);

// No loader that checks what it loads can do less.
void HashAndInflate(benchmark::State& state) {
  const Signed& large = Large();
  for (auto _ : state) {
    benchmark::DoNotOptimize(host::Sha256(large.stored));
    std::optional<base::SharedText> plain = host::Inflate(large.stored, large.plain.size());
    benchmark::DoNotOptimize(*plain);
  }
}
BENCHMARK(HashAndInflate)->Name("floor/hash_and_inflate")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace expt::bench
