// What JavaScript must know about a flag or an experiment before it can ask. Documents in words 0 and 1.
#include <span>
#include <string_view>

#include "bindings/js-wasm/native/json_fields.h"
#include "bindings/js-wasm/native/output.h"
#include "expt/snapshot.h"
#include "src/base/hash.h"
#include "src/core/catalog.h"
#include "src/core/ruleset.h"

using expt::base::JsonWriter;
using expt::wasm::PutTexts;

// {"type", "enabled", "broken", "variants": [[key, value] ...], "attributes": [names in the order of expt_decide]}
// A JSON value stands in it as it is.
EXPT_EXPORT(expt_flag_describe)
void expt_flag_describe(const expt::Snapshot* snapshot, uint32_t index) {
  const expt::eval::Ruleset& rules = snapshot->ruleset()->rules;
  const expt::eval::Flag& flag = rules.flags[index];
  JsonWriter json;
  json.BeginObject();
  json.Field("type", expt::ValueTypeName(flag.type));
  json.Field("enabled", flag.is_enabled);
  json.Field("broken", flag.is_broken);
  json.Key("variants");
  json.BeginArray();
  for (uint16_t i = 0; i < flag.variant_count; ++i) {
    json.BeginArray();
    json.Text(flag.variants[i].key);
    json.Value(flag.variants[i].value);
    json.EndArray();
  }
  json.EndArray();
  json.Key("attributes");
  json.BeginArray();
  for (uint32_t i = 0; i < flag.required_count; ++i) json.Text(rules.attributes[rules.RequiredAttributes(flag)[i]].name);
  json.EndArray();
  json.EndObject();
  expt::wasm::PutText(json.Take());
}

// {"id", "flag", "bucketBy", "phase", "variants": [keys]}, or 0 when there is no experiment of that key.
EXPT_EXPORT(expt_experiment_describe)
uint32_t expt_experiment_describe(const expt::Snapshot* snapshot, const char* key, uint32_t size) {
  const auto entry = expt::core::FindExperiment(*snapshot, std::string_view(key, size));
  if (!entry.has_value()) return 0;
  JsonWriter json;
  json.BeginObject();
  json.Field("id", entry->id);
  json.Field("flag", entry->flag);
  json.Field("bucketBy", entry->bucket_by);
  json.Field("phase", entry->phase);
  PutTexts(json, "variants", entry->variants);
  json.EndObject();
  expt::wasm::PutText(json.Take());
  return 1;
}

// XXH3-64 of `bytes` modulo 1,000,000: the share that an instance belongs to while a publish is staged.
EXPT_EXPORT(expt_share_of) uint32_t expt_share_of(const char* bytes, uint32_t size) {
  return static_cast<uint32_t>(expt::base::Xxh3({bytes, size}) % 1'000'000);
}
