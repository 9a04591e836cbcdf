// A model whose every index and enum may be wrong, drawn from the input: it is refused or its flags are isolated.
#include <span>
#include <string>

#include "expt/evaluate.h"
#include "src/core/engine.h"
#include "src/wire/snapshot_codec.h"
#include "tests/fuzz/input.h"
#include "tests/oracle/random_model.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace expt;
  oracle::Random random(std::span(data, size));
  model::Snapshot model = oracle::WildModel(random);
  (void)wire::DecodeSnapshot(wire::EncodeSnapshot(model));
  const absl::StatusOr<Snapshot> snapshot = core::Load(std::move(model), Digest{});
  if (!snapshot.ok()) {
    fuzz::Expect(LoadErrorOf(snapshot.status()).has_value(), "a refusal has a code");
    return 0;
  }
  const oracle::RandomContext drawn(random);
  const Context context{std::span<const Attribute>(drawn.attributes())};
  for (size_t i = 0; i < snapshot->flag_count(); ++i) {
    const Snapshot::FlagSummary flag = snapshot->flag(i);
    (void)snapshot->required_attributes(flag.key);
    const Decision decision = Evaluate(*snapshot, flag.key, context, {});
    if (flag.is_broken && context.is_valid()) {
      fuzz::Expect(decision.error == ErrorCode::kParseError, "a broken flag is an error");
    }
    fuzz::Expect(!Explain(*snapshot, flag.key, context, {}).json.empty(), "every decision can be explained");
  }
  return 0;
}
