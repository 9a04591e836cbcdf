// Operand lists -> what leaves point at. A list of several strings or numbers is compiled once, however many leaves
// use it.
#ifndef EXPT_SRC_EVAL_OPERANDS_H_
#define EXPT_SRC_EVAL_OPERANDS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/eval/ruleset.h"
#include "src/model/snapshot.h"
#include "src/model/validate.h"

namespace expt::eval {

// Writes into the arena and the text of `ruleset`. Lists are rows of the model's operand table of the right kind.
class Operands {
 public:
  // Copies the model's strings, which come to stand in the ruleset's text, with room for what is folded. `room`: bytes
  // that everything else is likely to take from the arena.
  Operands(const model::Snapshot& snapshot, const model::Findings& findings, Ruleset& ruleset, size_t room);

  // Where the model's strings went.
  struct Texts {
    Text Of(Index string) const {
      const std::string_view text = strings[string];
      return {static_cast<uint32_t>(text.data() - origin) + begin, static_cast<uint32_t>(text.size())};
    }

    // What stands at `origin` among `strings` stands at `begin` in the ruleset's text.
    const std::string_view* strings = nullptr;
    const char* origin = nullptr;
    uint32_t begin = 0;
  };
  const Texts& texts() const { return texts_; }
  Text TextOf(Index string) const { return texts_.Of(string); }
  std::string_view ViewOf(Index string) const { return out_.View(TextOf(string)); }

  // As in the findings. Not in small code.
  const uint64_t* version_keys() const { return findings_.version_keys.data(); }
  // The only string of a list, folded.
  Text FoldedText(Index list) { return Strings(list, false, true)->texts[0]; }
  const StringSet* Strings(Index list, bool needs_look_up, bool is_folded);
  const NumberSet* Numbers(Index list);
  const NumberPair* Pair(Index list);
  const SemverOperand* Semver(Index list);
  const DigestSet* Digests(Index list, Index salt);
  const Window* WindowOf(Index list, Index zone);
  const NetworkSet* Networks(Index list);
  const Place* PlaceOf(Index list, uint8_t longitude_slot);
  const MemberSet* Members(Index member_list);
  MemberSet MembersOf(std::span<const uint64_t> hashes);
  const FlagIs* FlagIsOf(Index flag, std::span<const Index> variants);
  // Null when the pattern cannot be used; `defect` says why.
  const Regex* RegexOf(Index list, std::string& defect);

  // The first string of a list that has one.
  Text FirstTextOf(const model::OperandList& list) const { return TextOf(s_.string_pool[list.begin]); }

  static uint8_t BooleanMask(const model::Snapshot& snapshot, Index list);

 private:
  const model::OperandList& ListOf(Index list) const { return s_.operands[list]; }
  Index StringAt(Index list, uint32_t i) const { return s_.string_pool[ListOf(list).begin + i]; }
  size_t RoomForFolded() const;
  std::string_view StringsInOnePiece() const;
  Text Append(std::string_view text);
  Text Folded(Text text);
  Text SaltOf(Index string);
  void BuildTable(StringSet& set);
  const TimeZone* ZoneOf(Index zone);
  // Where what a list was compiled to is kept; null at first.
  const void*& Kept(std::vector<const void*>& kept, size_t count, size_t row);

  const model::Snapshot& s_;
  const model::Findings& findings_;
  Ruleset& out_;
  uint32_t text_end_ = 0;
  Texts texts_;
  base::Table<std::string_view> joined_;
  std::vector<const void*> sets_;  // per list and folding: StringSet or NumberSet
  std::vector<const void*> members_;
  std::vector<const void*> zones_;
  std::vector<const void*> regexes_;  // per string
  std::vector<const void*> salts_;    // per string
};

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_OPERANDS_H_
