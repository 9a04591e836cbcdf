#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "src/base/small_code.h"
#include "src/base/utf8.h"
#include "src/model/check.h"
#include "src/model/operator_rule.h"
#include "src/model/place.h"
#include "src/model/row_references.h"

namespace expt::model {
namespace {

template <typename Word>
Word WordAt(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Most text is ASCII, which is UTF-8. Reads whole words, the last ones overlapping.
bool IsAscii(std::string_view text) {
  const char* const end = text.data() + text.size();
  uint64_t bits = 0;
  if (text.size() >= 8) {
    for (const char* at = text.data(); at < end - 8; at += 8) bits |= WordAt<uint64_t>(at);
    bits |= WordAt<uint64_t>(end - 8);
  } else if (text.size() >= 4) {
    bits = WordAt<uint32_t>(text.data()) | WordAt<uint32_t>(end - 4);
  } else {
    for (const char c : text) bits |= static_cast<uint8_t>(c);
  }
  return (bits & 0x8080808080808080) == 0;
}

bool AreBelow(const std::vector<Index>& list, size_t size) {
  bool are_below = true;
  for (const Index index : list) are_below &= index < size;
  return are_below;
}

// Damaged tables can be wrong in every row; this many say enough.
constexpr size_t kMaxIssues = 1'000;

class TableCheck {
 public:
  TableCheck(const Snapshot& snapshot, std::vector<Issue>& issues) : s_(snapshot), issues_(issues) {}

  void Run() {
    Header();
    Strings();
    for (const RowReference& reference : kRowReferences) References(reference);
    Operands();
    Conditions();
    Values();
    Serves();
    Holdouts();
    Flags();
    GoldenVectors();
  }

 private:
  void Report(Message place, Message text) {
    if (issues_.size() >= kMaxIssues) return;
    issues_.push_back(
        {.scope = Issue::Scope::kSnapshot, .flag = kNone, .place = std::move(place), .text = std::move(text)});
  }

  // Where the row is right, costs one comparison.
  void Row(MessagePart table, size_t row, MessagePart target, Index index, size_t size) {
    if (index >= size) [[unlikely]] Outside(table, row, target, index, size);
  }
  [[gnu::noinline]] void Outside(MessagePart table, size_t row, MessagePart target, Index index,
                                 size_t size) {
    Report(Message(table) + " " + Number(row),
           Message(target) + " " + Number(index) + " is outside its table of " + Number(size));
  }
  void OptionalRow(MessagePart table, size_t row, MessagePart target, Index index, size_t size) {
    if (index != kNone) Row(table, row, target, index, size);
  }

  // One member of all rows of a table.
  void References(const RowReference& reference) {
    const TableRows rows = kTables[static_cast<size_t>(reference.table)].rows(s_);
    if (rows.count == 0) return;  // rows.begin may be null
    const TableName& target = kTables[static_cast<size_t>(reference.target)];
    const MessagePart noun = kTables[static_cast<size_t>(reference.table)].noun;
    const size_t size = target.rows(s_).count;
    const char* member = rows.begin + reference.offset;
    for (size_t i = 0; i < rows.count; ++i, member += reference.row_size) {
      if (reference.form == RowReference::Form::kList) {
        for (const Index index : *reinterpret_cast<const std::vector<Index>*>(member)) {
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
      if (!base::IsUtf8(text)) Report("header", "text is not UTF-8");
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
    for (size_t i = 0; i < s_.strings.size(); ++i) {
      if (!base::kSmallCode && IsAscii(s_.strings[i])) continue;
      if (!base::IsUtf8(s_.strings[i])) Report("string " + Number(i), "not UTF-8");
    }
  }

  void Operands() {
    for (size_t kind = 0; kind < pool_sizes_.size(); ++kind) pool_sizes_[kind] = SizeOf(static_cast<OperandKind>(kind));
    for (size_t i = 0; i < s_.operands.size(); ++i) {
      const OperandList& list = s_.operands[i];
      const uint64_t pool = PoolSize(list.kind);
      if (uint64_t{list.begin} + list.size > pool) [[unlikely]] {
        Report("operand list " + Number(i), "reaches beyond its pool of " + Number(pool));
      }
    }
    Pool("string", s_.string_pool, s_.strings.size());
    Pool("condition", s_.condition_pool, s_.conditions.size());
  }

  void Pool(MessagePart target, const std::vector<Index>& pool, size_t size) {
    if (!base::kSmallCode && AreBelow(pool, size)) return;
    for (size_t i = 0; i < pool.size(); ++i) Row("operand", i, target, pool[i], size);
  }

  // An unknown kind has no pool; conditions that use it are broken.
  uint64_t PoolSize(OperandKind kind) const {
    return pool_sizes_[std::min(static_cast<size_t>(kind), pool_sizes_.size() - 1)];
  }
  size_t SizeOf(OperandKind kind) const {
    switch (kind) {
      case OperandKind::kString:
        return s_.string_pool.size();
      case OperandKind::kInteger:
        return s_.integer_pool.size();
      case OperandKind::kDouble:
        return s_.double_pool.size();
      case OperandKind::kCondition:
        return s_.condition_pool.size();
      case OperandKind::kReference:
        return s_.reference_pool.size();
      case OperandKind::kHash:
        return s_.hash_pool.size() / 32;
      case OperandKind::kUnspecified:
        break;
    }
    return size_t{0xffffffff} * 2;
  }

  void Conditions() {
    for (size_t i = 0; i < s_.conditions.size(); ++i) {
      const Condition& condition = s_.conditions[i];
      OptionalRow("condition", i, "operand list", condition.operands, s_.operands.size());
      const OperatorRule& rule = RuleOf(condition.op);
      switch (rule.subject) {
        case OperatorRule::Subject::kConditions:
          ForEach(condition.operands, OperandKind::kCondition, [&](uint32_t at) {
            if (s_.condition_pool[at] >= i) [[unlikely]] NotBefore(i, s_.condition_pool[at]);
          });
          break;
        case OperatorRule::Subject::kSegments:
          ForEach(condition.operands, OperandKind::kReference,
                  [&](uint32_t at) { Row("condition", i, "segment", s_.reference_pool[at], s_.segments.size()); });
          break;
        case OperatorRule::Subject::kFlag:
          Row("condition", i, "flag", condition.subject, s_.flags.size());
          break;
        default:
          Row("condition", i, "attribute", condition.subject, s_.attributes.size());
      }
      if (rule.second != OperatorRule::Second::kNothing) Second(i, condition, rule.second);
    }
  }

  [[gnu::noinline]] void NotBefore(size_t row, Index child) {
    Report("condition " + Number(row), "condition " + Number(child) + " below it must come before it");
  }

  void Second(size_t i, const Condition& condition, OperatorRule::Second second) {
    if (second == OperatorRule::Second::kLongitude) {
      OptionalRow("condition", i, "attribute", condition.second, s_.attributes.size());
      return;
    }
    OptionalRow("condition", i, "operand list", condition.second, s_.operands.size());
    if (second != OperatorRule::Second::kTimeZone) return;
    ForEach(condition.second, OperandKind::kReference,
            [&](uint32_t at) { Row("condition", i, "time zone", s_.reference_pool[at], s_.time_zones.size()); });
  }

  // Calls `use` with each pool index of an operand list of that kind.
  template <typename Use>
  void ForEach(Index operands, OperandKind kind, Use use) {
    if (operands >= s_.operands.size()) return;
    const OperandList& list = s_.operands[operands];
    if (list.kind != kind || uint64_t{list.begin} + list.size > PoolSize(kind)) return;
    for (uint32_t at = list.begin; at < list.begin + list.size; ++at) use(at);
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

  const Snapshot& s_;
  std::vector<Issue>& issues_;
  std::array<uint64_t, 8> pool_sizes_{};  // by kind
};

}  // namespace

void CheckTables(const Snapshot& snapshot, std::vector<Issue>& issues) { TableCheck(snapshot, issues).Run(); }

}  // namespace expt::model
