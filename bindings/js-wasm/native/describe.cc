// What JavaScript must know about a flag or an experiment before it can ask. Answers: answer.h.
#include <optional>
#include <string_view>

#include "bindings/js-wasm/native/answer.h"
#include "bindings/js-wasm/native/output.h"
#include "expt/snapshot.h"
#include "src/base/hash.h"
#include "src/core/catalog.h"
#include "src/core/ruleset.h"

using expt::wasm::BeginAnswer;
using expt::wasm::Put;
using expt::wasm::PutList;

// Type (ValueType), whether it is enabled, whether it is broken, variants: [key, value] each, the attributes that it
// may read: rows of those that expt_snapshot_open names.
EXPT_EXPORT(expt_flag_describe)
void expt_flag_describe(const expt::Snapshot* snapshot, uint32_t index) {
  const expt::eval::Ruleset& rules = snapshot->ruleset()->rules;
  const expt::eval::Flag& flag = rules.flags[index];
  BeginAnswer();
  Put(static_cast<int>(flag.type));
  Put(flag.is_enabled);
  Put(flag.is_broken);
  PutList(flag.variant_count);
  for (uint16_t i = 0; i < flag.variant_count; ++i) {
    PutList(2);
    Put(flag.variants[i].key);
    Put(flag.variants[i].value);
  }
  PutList(flag.required_count);
  for (uint32_t i = 0; i < flag.required_count; ++i) Put(rules.RequiredAttributes(flag)[i]);
}

// Id, key of its flag, bucket_by, phase, keys of variants. 0 when there is no experiment of that key, else 1.
EXPT_EXPORT(expt_experiment_describe)
uint32_t expt_experiment_describe(const expt::Snapshot* snapshot, const char* key, uint32_t size) {
  const auto entry = expt::core::FindExperiment(*snapshot, std::string_view(key, size));
  if (!entry.has_value()) return 0;
  BeginAnswer();
  Put(entry->id);
  Put(entry->flag);
  Put(entry->bucket_by);
  Put(entry->phase);
  expt::wasm::PutTexts(entry->variants);
  return 1;
}

// XXH3-64 of `bytes` modulo 1,000,000: the share that an instance belongs to while a publish is staged.
EXPT_EXPORT(expt_share_of) uint32_t expt_share_of(const char* bytes, uint32_t size) {
  return static_cast<uint32_t>(expt::base::Xxh3({bytes, size}) % 1'000'000);
}
