// Payload of a snapshot -> decode -> validate -> compile -> golden vectors -> evaluate and explain every flag.
#include <string>
#include <utility>

#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "src/wire/snapshot_codec.h"
#include "tests/fuzz/input.h"

namespace expt::fuzz {
namespace {

constexpr size_t kMostFlags = 64;  // of one input, so that a long snapshot stays fast

const Context& User() {
  static const Context user("u1", {{"country", "CH"},
                                   {"plan", "pro"},
                                   {"a", "x"},
                                   {"b", 20},
                                   {"c", 1.5},
                                   {"age", 31},
                                   {"app_version", "1.2.3"},
                                   {"ip", "10.0.0.1"},
                                   {"lat", 47.4},
                                   {"lon", 8.5},
                                   {"time", "2024-05-01T12:00:00Z"},
                                   {"tags", {"beta", "x"}},
                                   {"is_staff", true}});
  return user;
}

void CheckDecision(const Decision& decision, const Snapshot::FlagSummary& flag) {
  Expect(decision.flag == flag.key, "the decision names its flag");
  Expect(decision.exposure_count <= kMaxExposures, "at most eight exposures");
  Expect((decision.reason == Reason::kError) == (decision.error != ErrorCode::kNone), "an error has a code");
  Expect(!flag.is_broken || decision.error == ErrorCode::kParseError, "a broken flag is an error");
  Expect(decision.has_value() == !decision.variant.empty(), "a value has a variant");
  if (decision.has_value()) Expect(decision.value.type() == flag.type, "the value is of the flag's type");
  if (decision.reason == Reason::kError) Expect(decision.exposure_count == 0, "an error exposes nobody");
  Expect(!ToJson(decision).empty(), "a decision has a text");
}

void EvaluateAll(const Snapshot& snapshot) {
  const EvaluateInput input{.now = Time(std::chrono::milliseconds(1'714'000'000'000))};
  for (size_t i = 0; i < snapshot.flag_count() && i < kMostFlags; ++i) {
    const Snapshot::FlagSummary flag = snapshot.flag(i);
    (void)snapshot.required_attributes(flag.key);
    for (const Context& context : {User(), Context()}) {
      const Decision decision = Evaluate(snapshot, flag.key, context, input);
      CheckDecision(decision, flag);
      const Decision again = Evaluate(snapshot, flag.key, context, input);
      Expect(ToJson(again) == ToJson(decision), "the same question has the same answer");
    }
    Expect(!Explain(snapshot, flag.key, User(), input).json.empty(), "every decision can be explained");
  }
}

}  // namespace
}  // namespace expt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace expt;
  absl::StatusOr<model::Snapshot> model = wire::DecodeSnapshot(std::string(reinterpret_cast<const char*>(data), size));
  if (!model.ok()) {
    fuzz::Expect(LoadErrorOf(model.status()).has_value(), "a refusal has a code");
    return 0;
  }
  // What was understood survives writing and reading.
  const std::string encoded = wire::EncodeSnapshot(*model);
  absl::StatusOr<model::Snapshot> again = wire::DecodeSnapshot(encoded);
  fuzz::Expect(again.ok(), "what was encoded decodes");
  fuzz::Expect(wire::EncodeSnapshot(*again) == encoded, "encoding is stable");

  const absl::StatusOr<Snapshot> snapshot = core::Load(*std::move(model), Digest{});
  if (!snapshot.ok()) {
    fuzz::Expect(LoadErrorOf(snapshot.status()).has_value(), "a refusal has a code");
    return 0;
  }
  fuzz::EvaluateAll(*snapshot);
  return 0;
}
