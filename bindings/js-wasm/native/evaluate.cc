// Decisions. JavaScript writes the values of attributes (value.h); the answer is one number, the rest in words.
#include "src/eval/evaluate.h"

#include <cstddef>
#include <cstdint>

#include "bindings/js-wasm/native/output.h"
#include "bindings/js-wasm/native/sticky.h"
#include "expt/decision.h"
#include "expt/snapshot.h"
#include "src/core/ruleset.h"

namespace expt::wasm {
namespace {

// bits 0-3 reason, 4-7 error code, 8-20 row of the variant + 1 (0: no value), 21-24 exposures.
// words 0: bucket; 1, 2: rule id; then per exposure ten words: experiment id, key, variant, bucket_by (address and
// size each), phase, is_holdout + 2 * is_sticky + 4 where an assignment decided.
uint32_t Answer(const eval::Ruleset& rules, uint32_t index, const Decision& decision) {
  g_words[0] = static_cast<uint32_t>(decision.bucket);
  PutView(1, decision.rule);
  uint32_t packed = static_cast<uint32_t>(decision.reason) | static_cast<uint32_t>(decision.error) << 4;
  if (decision.has_value()) {
    const eval::Flag& flag = rules.flags[index];
    // A text of a ruleset stands in one place.
    for (uint32_t i = 0; i < flag.variant_count; ++i) {
      if (flag.variants[i].key.data() != decision.variant.data()) continue;
      packed |= (i + 1) << 8;
      break;
    }
  }
  size_t word = 3;
  for (const Exposure& exposure : decision.exposures()) {
    PutView(word, exposure.experiment_id);
    PutView(word + 2, exposure.experiment);
    PutView(word + 4, exposure.variant);
    PutView(word + 6, exposure.bucket_by);
    g_words[word + 8] = exposure.phase;
    g_words[word + 9] = (exposure.is_holdout ? 1 : 0) | (exposure.is_sticky ? 2 : 0) |
                        (exposure.origin == ExposureOrigin::kSticky ? 4 : 0);
    word += 10;
  }
  return packed | static_cast<uint32_t>(decision.exposure_count) << 21;
}

// What no date of JavaScript is, such as NaN, is the beginning of 1970.
int64_t MillisecondsOf(double now_ms) {
  constexpr double kExact = 9007199254740992.0;
  return now_ms >= -kExact && now_ms <= kExact ? static_cast<int64_t>(now_ms) : 0;
}

}  // namespace
}  // namespace expt::wasm

// `values`: one for each attribute of the ruleset, of which those that the flag may read are looked at
// (expt_flag_describe). They are where the flag looks: nothing is copied, hashed or allocated.
EXPT_EXPORT(expt_decide)
uint32_t expt_decide(const expt::Snapshot* snapshot, uint32_t flag, const expt::ValueView* values, uint32_t expected,
                     double now_ms) {
  const expt::eval::Ruleset& rules = snapshot->ruleset()->rules;
  expt::eval::Session session(rules, values, expt::wasm::MillisecondsOf(now_ms));
  session.sticky = expt::wasm::g_sticky;
  if (snapshot->overlay() != nullptr) session.overlaid = snapshot->overlay()->flags.data();
  expt::Decision decision;
  expt::eval::Decide(session, flag, static_cast<expt::ValueType>(expected), decision);
  return expt::wasm::Answer(rules, flag, decision);
}
