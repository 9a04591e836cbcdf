#include "src/eval/operands.h"

#include <algorithm>

#include "src/base/hash.h"
#include "src/base/number.h"
#include "src/base/sort.h"

namespace expt::eval {
namespace {

// Up to this many strings are compared one by one.
constexpr uint32_t kFewStrings = 4;

}  // namespace

Operands::Operands(const model::Snapshot& snapshot, const std::vector<Text>& texts, Ruleset& ruleset)
    : s_(snapshot),
      texts_(texts),
      out_(ruleset),
      text_of_(snapshot.operands.size()),
      strings_of_(snapshot.operands.size()),
      number_set_of_(snapshot.operands.size()),
      numbers_of_(snapshot.operands.size()),
      members_of_(snapshot.member_lists.size()) {}

uint32_t Operands::FirstText(Index list) {
  if (text_of_[list] == 0) {
    const model::OperandList& row = s_.operands[list];
    text_of_[list] = static_cast<uint32_t>(out_.operand_texts.size()) + 1;
    for (uint32_t i = 0; i < row.size; ++i) out_.operand_texts.push_back(texts_[s_.string_pool[row.begin + i]]);
  }
  return text_of_[list] - 1;
}

uint32_t Operands::Strings(Index list, bool needs_look_up) {
  if (strings_of_[list] == 0) {
    StringSet set;
    set.texts = {FirstText(list), s_.operands[list].size};
    out_.string_sets.push_back(set);
    strings_of_[list] = static_cast<uint32_t>(out_.string_sets.size());
  }
  StringSet& set = out_.string_sets[strings_of_[list] - 1];
  if (needs_look_up && set.mask == 0 && set.texts.size > kFewStrings) BuildTable(set);
  return strings_of_[list] - 1;
}

void Operands::BuildTable(StringSet& set) {
  uint32_t size = 8;
  while (size < set.texts.size * 2) size *= 2;
  set.table = static_cast<uint32_t>(out_.string_table.size());
  set.mask = size - 1;
  out_.string_table.resize(out_.string_table.size() + size);
  for (uint32_t i = set.texts.begin; i < set.texts.begin + set.texts.size; ++i) {
    const uint64_t hash = base::Xxh3(out_.View(out_.operand_texts[i]));
    uint32_t at = static_cast<uint32_t>(hash) & set.mask;
    while (out_.string_table[set.table + at].text != 0) at = (at + 1) & set.mask;
    out_.string_table[set.table + at] = {static_cast<uint32_t>(hash >> 32), i + 1};
  }
}

uint32_t Operands::NumberSet(Index list) {
  if (number_set_of_[list] == 0) {
    const model::OperandList& row = s_.operands[list];
    eval::NumberSet set;
    set.integers.begin = static_cast<uint32_t>(out_.set_integers.size());
    set.doubles.begin = static_cast<uint32_t>(out_.set_doubles.size());
    for (uint32_t i = row.begin; i < row.begin + row.size; ++i) {
      if (row.kind == model::OperandKind::kInteger) {
        out_.set_integers.push_back(s_.integer_pool[i]);
      } else if (const auto integer = base::ExactInteger(s_.double_pool[i]); integer.has_value()) {
        out_.set_integers.push_back(*integer);
      } else {
        out_.set_doubles.push_back(s_.double_pool[i]);
      }
    }
    set.integers.size = static_cast<uint32_t>(out_.set_integers.size()) - set.integers.begin;
    set.doubles.size = static_cast<uint32_t>(out_.set_doubles.size()) - set.doubles.begin;
    base::Sort(out_.set_integers.begin() + set.integers.begin, out_.set_integers.end());
    base::Sort(out_.set_doubles.begin() + set.doubles.begin, out_.set_doubles.end());
    out_.number_sets.push_back(set);
    number_set_of_[list] = static_cast<uint32_t>(out_.number_sets.size());
  }
  return number_set_of_[list] - 1;
}

uint32_t Operands::Numbers(Index list) {
  if (numbers_of_[list] == 0) {
    const model::OperandList& row = s_.operands[list];
    numbers_of_[list] = static_cast<uint32_t>(out_.numbers.size()) + 1;
    for (uint32_t i = row.begin; i < row.begin + row.size; ++i) {
      eval::Number number;
      number.is_integer = row.kind == model::OperandKind::kInteger;
      if (number.is_integer) {
        number.integer = s_.integer_pool[i];
      } else {
        number.real = s_.double_pool[i];
      }
      out_.numbers.push_back(number);
    }
  }
  return numbers_of_[list] - 1;
}

uint32_t Operands::BooleanMask(Index list) const {
  const model::OperandList& row = s_.operands[list];
  uint32_t mask = 0;
  for (uint32_t i = row.begin; i < row.begin + row.size; ++i) mask |= s_.integer_pool[i] != 0 ? 2 : 1;
  return mask;
}

uint32_t Operands::Members(Index member_list) {
  if (members_of_[member_list] == 0) {
    const std::vector<uint64_t>& hashes = s_.member_lists[member_list].hashes;
    const Range range = {static_cast<uint32_t>(out_.hashes.size()), static_cast<uint32_t>(hashes.size())};
    out_.hashes.insert(out_.hashes.end(), hashes.begin(), hashes.end());
    base::Sort(out_.hashes.begin() + range.begin, out_.hashes.end());
    out_.member_sets.push_back({range});
    members_of_[member_list] = static_cast<uint32_t>(out_.member_sets.size());
  }
  return members_of_[member_list] - 1;
}

}  // namespace expt::eval
