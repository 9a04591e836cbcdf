// Decisions. JavaScript writes attributes into memory in one pass; the answer is one number, the rest in words.
#include "expt/evaluate.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "bindings/js-wasm/native/output.h"
#include "bindings/js-wasm/native/record.h"
#include "bindings/js-wasm/native/sticky.h"
#include "expt/context.h"
#include "src/core/ruleset.h"
#include "src/eval/evaluate.h"

namespace expt::wasm {
namespace {

ValueView ViewOf(const Record& record, const char* block, std::vector<std::string_view>& list) {
  switch (record.type) {
    case kBoolean:
      return record.size != 0;
    case kString:
      return std::string_view(block + record.offset, record.size);
    case kSafeInteger:
      return static_cast<int64_t>(record.real);
    case kDouble:
      return record.real;
    case kInteger:
      return record.integer;
    case kStringList: {
      list.clear();
      for (uint32_t i = 0; i < record.size; ++i) {
        uint32_t pair[2];
        std::memcpy(pair, block + record.offset + i * sizeof pair, sizeof pair);
        list.emplace_back(block + pair[0], pair[1]);
      }
      return std::span<const std::string_view>(list);
    }
    default:
      return {};
  }
}

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

void Complete(eval::Session& session, const Snapshot& snapshot) {
  session.sticky = g_sticky;
  if (snapshot.overlay() != nullptr) session.overlaid = snapshot.overlay()->flags.data();
}

uint32_t Decide(const Snapshot& snapshot, uint32_t index, const Context& context, uint32_t expected, double now_ms) {
  const eval::Ruleset& rules = snapshot.ruleset()->rules;
  eval::Session session(rules, context.entries(), MillisecondsOf(now_ms));
  Complete(session, snapshot);
  eval::SilentVisitor visitor;
  Decision decision;
  eval::Decide(session, context, index, static_cast<ValueType>(expected), visitor, decision);
  return Answer(rules, index, decision);
}

// Room for the string list of an attribute.
std::vector<std::string_view>& ListAt(size_t i) {
  static auto* const lists = new std::vector<std::vector<std::string_view>>();
  if (lists->size() <= i) lists->resize(i + 1);
  return (*lists)[i];
}

Context* MakeContext(const char* block, uint32_t count) {
  // `count` pairs of records: name, value.
  const auto* const records = reinterpret_cast<const Record*>(block);
  static auto* const attributes = new std::vector<Attribute>();  // keeps its room, as the lists do
  attributes->clear();
  for (uint32_t i = 0; i < count; ++i) {
    const Record& name = records[i * 2];
    // A name that is no Unicode is as unusable as an empty one.
    const auto text = name.type == kString ? std::string_view(block + name.offset, name.size) : std::string_view();
    attributes->push_back({text, ViewOf(records[i * 2 + 1], block, ListAt(i))});
  }
  return new Context(*attributes);
}

}  // namespace
}  // namespace expt::wasm

EXPT_EXPORT(expt_context_new) expt::Context* expt_context_new(const char* block, uint32_t count) {
  return expt::wasm::MakeContext(block, count);
}

EXPT_EXPORT(expt_context_free) void expt_context_free(expt::Context* context) { delete context; }

EXPT_EXPORT(expt_evaluate)
uint32_t expt_evaluate(const expt::Snapshot* snapshot, uint32_t flag, const expt::Context* context, uint32_t expected,
                       double now_ms) {
  return expt::wasm::Decide(*snapshot, flag, *context, expected, now_ms);
}

// For a context that is used once: `block` begins with one record for each of the flag's attributes, in the order
// of expt_flag_describe. They are where the flag looks, so nothing is copied, hashed or allocated.
EXPT_EXPORT(expt_decide)
uint32_t expt_decide(const expt::Snapshot* snapshot, uint32_t flag, const char* block, uint32_t expected,
                     double now_ms) {
  using expt::wasm::Record;
  const expt::eval::Ruleset& rules = snapshot->ruleset()->rules;
  const expt::eval::Flag& row = rules.flags[flag];
  const auto* const records = reinterpret_cast<const Record*>(block);
  static auto* const values = new std::vector<expt::ValueView>();  // keeps its room
  if (values->size() < rules.attributes.size()) values->resize(rules.attributes.size());
  for (uint32_t i = 0; i < row.required_count; ++i) {
    (*values)[rules.RequiredAttributes(row)[i]] = expt::wasm::ViewOf(records[i], block, expt::wasm::ListAt(i));
  }
  expt::eval::Session session(rules, values->data(), expt::wasm::MillisecondsOf(now_ms));
  expt::wasm::Complete(session, *snapshot);
  expt::Decision decision;
  expt::eval::Decide(session, flag, static_cast<expt::ValueType>(expected), decision);
  return expt::wasm::Answer(rules, flag, decision);
}
