// A snapshot and contexts drawn from the input: the engine must say what the naive evaluator says.
#include <chrono>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "tests/fuzz/input.h"
#include "tests/oracle/oracle.h"
#include "tests/oracle/random_model.h"

namespace expt::fuzz {
namespace {

constexpr ValueType kAsked[] = {ValueType::kMissing, ValueType::kMissing, ValueType::kMissing,
                                ValueType::kBoolean, ValueType::kInteger, ValueType::kDouble};

std::string TextOf(const oracle::Answer& answer) {
  std::ostringstream out;
  out << answer;
  return out.str();
}

void Compare(const oracle::Oracle& naive, const Snapshot& snapshot, oracle::Random& random) {
  const oracle::RandomContext drawn(random);
  const Context context{std::span<const Attribute>(drawn.attributes())};
  oracle::Asked asked;
  asked.now_ms = random.Below(5) * 500;
  asked.expected = kAsked[random.Below(std::size(kAsked))];
  for (size_t i = 0; i <= snapshot.flag_count(); ++i) {
    const std::string key = "flag" + std::to_string(i);
    const EvaluateInput input{.now = Time(std::chrono::milliseconds(asked.now_ms))};
    const oracle::Answer got = oracle::AnswerOf(Evaluate(snapshot, key, context, input, asked.expected));
    const oracle::Answer expected = naive.Decide(key, drawn.attributes(), asked);
    if (naive.TookEdge()) return;
    if (!(got == expected)) {
      Found("the engine and the naive evaluator differ",
            key + "\n  engine " + TextOf(got) + "\n  naive  " + TextOf(expected) + "\n" +
                Explain(snapshot, key, context, input).text);
    }
  }
}

}  // namespace
}  // namespace expt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace expt;
  oracle::Random random(std::span(data, size));
  oracle::Random twin = random;
  const model::Snapshot model = oracle::RandomModel(random);
  const oracle::Oracle naive(model);
  const absl::StatusOr<Snapshot> snapshot = core::Load(oracle::RandomModel(twin), Digest{});
  fuzz::Expect(snapshot.ok() != naive.is_refused(), "both refuse the same snapshots");
  if (!snapshot.ok()) return 0;
  for (int i = 0; i < 4; ++i) fuzz::Compare(naive, *snapshot, random);
  return 0;
}
