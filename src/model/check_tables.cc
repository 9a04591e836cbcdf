#include <algorithm>
#include <array>
#include <span>

#include "src/base/small_code.h"
#include "src/base/utf8.h"
#include "src/model/check.h"
#include "src/model/index_check.h"
#include "src/model/place.h"
#include "src/model/row_references.h"

namespace expt::model {
namespace {

bool AreBelow(std::span<const Index> list, size_t size) {
  constexpr size_t kAtOnce = 8;
  if (size > kNone / 2) return std::all_of(list.begin(), list.end(), [&](Index index) { return index < size; });
  // The top bit is set where one is beyond the last, or so large that the difference says nothing.
  const auto last = static_cast<Index>(size) - 1;
  std::array<Index, kAtOnce> beyond{};
  size_t i = 0;
  for (; i + kAtOnce <= list.size(); i += kAtOnce) {
    for (size_t j = 0; j < kAtOnce; ++j) beyond[j] |= list[i + j] | (last - list[i + j]);
  }
  for (; i < list.size(); ++i) beyond[0] |= list[i] | (last - list[i]);
  for (size_t j = 1; j < kAtOnce; ++j) beyond[0] |= beyond[j];
  return beyond[0] <= kNone / 2;
}

// The same of one member of all rows, from `member` on.
bool AreRows(const char* member, size_t count, const RowReference& reference, size_t size) {
  // An absent row is before the first.
  const Index before_first = reference.form == RowReference::Form::kOptional ? 1 : 0;
  Index last = 0;
  for (size_t i = 0; i < count; ++i, member += reference.row_size) {
    last = std::max(last, *reinterpret_cast<const Index*>(member) + before_first);
  }
  return last < size + before_first;
}

class TableCheck : IndexCheck {
 public:
  using IndexCheck::IndexCheck;

  ConditionFacts Run() {
    Header();
    Strings();
    for (const RowReference& reference : kRowReferences) References(reference);
    Operands();
    ConditionFacts facts = CheckConditions(s_, issues_);
    Values();
    Serves();
    Holdouts();
    Flags();
    GoldenVectors();
    return facts;
  }

 private:
  // One member of all rows of a table.
  void References(const RowReference& reference) {
    const TableRows rows = kTables[static_cast<size_t>(reference.table)].rows(s_);
    if (rows.count == 0) return;  // rows.begin may be null
    const TableName& target = kTables[static_cast<size_t>(reference.target)];
    const MessagePart noun = kTables[static_cast<size_t>(reference.table)].noun;
    const size_t size = target.rows(s_).count;
    const char* member = rows.begin + reference.offset;
    if (!base::kSmallCode && reference.form != RowReference::Form::kList &&
        AreRows(member, rows.count, reference, size)) {
      return;
    }
    for (size_t i = 0; i < rows.count; ++i, member += reference.row_size) {
      if (reference.form == RowReference::Form::kList) {
        for (const Index index : *reinterpret_cast<const base::List<Index>*>(member)) {
          Row(noun, i, target.noun, index, size);
        }
        continue;
      }
      const Index index = *reinterpret_cast<const Index*>(member);
      if (index >= size && (index != kNone || reference.form == RowReference::Form::kOne)) [[unlikely]] {
        Outside(noun, i, target.noun, index, size);
      }
    }
  }

  void Header() {
    for (const std::string_view text : {s_.project, s_.environment, s_.member_list_salt, s_.tzdata_version}) {
      if (!is_decoded_ && !base::IsUtf8(text)) Report("header", "text is not UTF-8");
    }
    if (s_.audience != Audience::kServer && s_.audience != Audience::kClient) Report("header", "unknown audience");
    const auto has_hashes = [](const auto& row) { return !row.hashes.empty(); };
    bool needs_salt = std::any_of(s_.member_lists.begin(), s_.member_lists.end(), has_hashes);
    for (const Flag& flag : s_.flags) {
      needs_salt = needs_salt || std::any_of(flag.overrides.begin(), flag.overrides.end(), has_hashes);
    }
    if (needs_salt && !IsSalt(s_.member_list_salt)) {
      Report("member list salt", "expected 1 to 64 characters of A-Z a-z 0-9 . _ -");
    }
  }

  void Strings() {
    if (is_decoded_) return;
    for (size_t i = 0; i < s_.strings.size(); ++i) {
      if (!base::kSmallCode && base::IsAscii(s_.strings[i])) continue;
      if (!base::IsUtf8(s_.strings[i])) Report("string " + Number(i), "not UTF-8");
    }
  }

  void Operands() {
    for (size_t i = 0; !is_decoded_ && i < s_.operands.size(); ++i) {
      const OperandList& list = s_.operands[i];
      const uint64_t pool = PoolSize(list.kind);
      if (uint64_t{list.begin} + list.size > pool) [[unlikely]] {
        Report("operand list " + Number(i), "reaches beyond its pool of " + Number(pool));
      }
    }
    Pool("string", s_.string_pool, s_.strings.size());
    Pool("condition", s_.condition_pool, s_.conditions.size());
  }

  void Pool(MessagePart target, std::span<const Index> pool, size_t size) {
    if (!base::kSmallCode && AreBelow(pool, size)) return;
    for (size_t i = 0; i < pool.size(); ++i) Row("operand", i, target, pool[i], size);
  }

  void Values() {
    for (size_t i = 0; i < s_.values.size(); ++i) {
      const FlagValue& value = s_.values[i];
      if (value.type != ValueType::kString && value.type != ValueType::kJson) continue;
      Row("value", i, "string", value.text, s_.strings.size());
    }
  }

  void Serves() {
    for (size_t i = 0; i < s_.serves.size(); ++i) {
      const Serve& serve = s_.serves[i];
      if (serve.kind == Serve::Kind::kSplit) Row("serve", i, "bucketing", serve.bucketing, s_.bucketings.size());
      if (serve.kind == Serve::Kind::kExperiment) {
        Row("serve", i, "experiment", serve.target, s_.experiments.size());
      }
    }
  }

  void Holdouts() {
    for (size_t i = 0; i < s_.rules.size(); ++i) {
      ForEach(s_.rules[i].holdouts, OperandKind::kReference,
              [&](uint32_t at) { Row("rule", i, "holdout", s_.reference_pool[at], s_.holdouts.size()); });
    }
  }

  void Flags() {
    for (size_t i = 0; i < s_.flags.size(); ++i) {
      const Flag& flag = s_.flags[i];
      for (const Override& row : flag.overrides) Row("flag", i, "attribute", row.bucket_by, s_.attributes.size());
      for (const Prerequisite& row : flag.prerequisites) Row("flag", i, "flag", row.flag, s_.flags.size());
    }
  }

  void GoldenVectors() {
    for (size_t i = 0; i < s_.golden_vectors.size(); ++i) {
      const GoldenVector& vector = s_.golden_vectors[i];
      if (vector.flag < s_.flags.size()) {
        OptionalRow("golden vector", i, "variant", vector.variant, s_.flags[vector.flag].variant_keys.size());
      }
      for (const GoldenVector::Entry& entry : vector.context) {
        Row("golden vector", i, "string", entry.name, s_.strings.size());
        if (entry.type == ValueType::kString) Row("golden vector", i, "string", entry.text, s_.strings.size());
        for (const Index text : entry.list) Row("golden vector", i, "string", text, s_.strings.size());
      }
    }
  }
  // Nothing else comes to a module of pages.
  const bool is_decoded_ = base::kSmallCode || s_.is_decoded;
};

}  // namespace

ConditionFacts CheckTables(const Snapshot& snapshot, std::vector<Issue>& issues) {
  return TableCheck(snapshot, issues).Run();
}

}  // namespace expt::model
