#include "src/eval/operands.h"

#include <cstring>
#include <utility>

#include "src/base/casefold.h"
#include "src/base/geo.h"
#include "src/base/hash.h"
#include "src/base/number.h"
#include "src/base/semver.h"
#include "src/base/small_code.h"
#include "src/base/sort.h"

namespace expt::eval {
namespace {

// Up to this many strings are compared one by one.
constexpr uint32_t kFewStrings = 4;

constexpr size_t kDigestBytes = 32;

}  // namespace

Operands::Operands(const model::Snapshot& snapshot, const model::Findings& findings, Ruleset& ruleset, size_t room)
    : s_(snapshot), findings_(findings), out_(ruleset) {
  const std::string_view piece = base::kSmallCode ? std::string_view() : StringsInOnePiece();
  size_t size = s_.member_list_salt.size() + (findings.has_folded ? RoomForFolded() : 0) + piece.size();
  if (piece.empty()) {
    for (const std::string_view text : s_.strings) size += text.size();
  }
  out_.arena.Expect(size + room);
  out_.text = out_.arena.Allocate<char>(size);
  out_.member_salt = Append(s_.member_list_salt);
  if (!piece.empty()) {
    texts_ = {.strings = s_.strings.data(), .origin = piece.data(), .begin = Append(piece).begin};
    return;
  }
  joined_.reserve(s_.strings.size());
  for (const std::string_view text : s_.strings) joined_.push_back(out_.View(Append(text)));
  texts_ = {.strings = joined_.data(), .origin = out_.text, .begin = 0};
}

// A decoded model has them one behind the other, a few bytes between them: copied at once, they need no table of where
// each went. Empty where they stand elsewhere.
std::string_view Operands::StringsInOnePiece() const {
  if (!s_.is_decoded || s_.strings.empty()) return {};
  constexpr size_t kBetween = 6;  // tag and length at most
  const char* const begin = s_.strings.front().data();
  const char* end = begin;
  size_t room = 0;
  for (const std::string_view text : s_.strings) {
    if (text.data() < end) return {};
    end = text.data() + text.size();
    room += text.size() + kBetween;
  }
  const auto size = static_cast<size_t>(end - begin);
  return size <= room ? std::string_view(begin, size) : std::string_view();
}

// Of what Folded() and SaltOf() append, once for each list and each salt. Simple folding makes no text longer than half
// as long again.
size_t Operands::RoomForFolded() const {
  size_t room = 0;
  for (const model::Condition& row : s_.conditions) {
    const bool is_hashed = row.op == model::Operator::kEqualsHashed || row.op == model::Operator::kInHashed;
    const Index list = is_hashed ? row.second : row.operands;
    if (!is_hashed && (row.properties & model::kCaseInsensitive) == 0) continue;
    if (list == kNone || ListOf(list).kind != model::OperandKind::kString) continue;
    for (uint32_t i = 0; i < ListOf(list).size; ++i) room += s_.strings[StringAt(list, i)].size() * 2 + 1;
  }
  return room;
}

Text Operands::Append(std::string_view text) {
  const Text copy = {text_end_, static_cast<uint32_t>(text.size())};
  if (!text.empty()) std::memcpy(out_.text + text_end_, text.data(), text.size());
  text_end_ += copy.size;
  return copy;
}

Text Operands::Folded(Text text) { return Append(base::Folded(out_.View(text))); }

const void*& Operands::Kept(std::vector<const void*>& kept, size_t count, size_t row) {
  if (kept.empty()) kept.resize(count);
  return kept[row];
}

const StringSet* Operands::Strings(Index list, bool needs_look_up, bool is_folded) {
  const void*& kept = Kept(sets_, s_.operands.size() * 2, list * 2 + (is_folded ? 1 : 0));
  if (kept == nullptr) {
    StringSet set;
    set.size = ListOf(list).size;
    Text* const texts = out_.arena.Allocate<Text>(set.size);
    for (uint32_t i = 0; i < set.size; ++i) {
      const Text text = TextOf(StringAt(list, i));
      texts[i] = is_folded ? Folded(text) : text;
    }
    set.texts = texts;
    kept = out_.arena.Make(set);
  }
  auto* const set = const_cast<StringSet*>(static_cast<const StringSet*>(kept));
  if (needs_look_up && set->mask == 0 && set->size > kFewStrings) BuildTable(*set);
  return set;
}

void Operands::BuildTable(StringSet& set) {
  uint32_t size = 8;
  while (size < set.size * 2) size *= 2;
  auto* const table = out_.arena.Allocate<TableEntry>(size);
  std::memset(static_cast<void*>(table), 0, size * sizeof(TableEntry));
  for (uint32_t i = 0; i < set.size; ++i) {
    const uint64_t hash = base::Xxh3(out_.View(set.texts[i]));
    uint32_t at = static_cast<uint32_t>(hash) & (size - 1);
    while (table[at].text != 0) at = (at + 1) & (size - 1);
    table[at] = {static_cast<uint32_t>(hash >> 32), i + 1};
  }
  set.table = table;
  set.mask = size - 1;
}

const NumberSet* Operands::Numbers(Index list) {
  const void*& kept = Kept(sets_, s_.operands.size() * 2, list * 2);
  if (kept == nullptr) {
    const model::OperandList& row = ListOf(list);
    auto* const integers = out_.arena.Allocate<int64_t>(row.size);
    auto* const reals = out_.arena.Allocate<double>(row.kind == model::OperandKind::kDouble ? row.size : 0);
    NumberSet set;
    for (uint32_t i = row.begin; i < row.begin + row.size; ++i) {
      if (row.kind == model::OperandKind::kInteger) {
        integers[set.integer_count++] = s_.integer_pool[i];
      } else if (const auto integer = base::ExactInteger(s_.double_pool[i]); integer.has_value()) {
        integers[set.integer_count++] = *integer;
      } else {
        reals[set.real_count++] = s_.double_pool[i];
      }
    }
    base::Sort(integers, integers + set.integer_count);
    base::Sort(reals, reals + set.real_count);
    set.integers = integers;
    set.reals = reals;
    kept = out_.arena.Make(set);
  }
  return static_cast<const NumberSet*>(kept);
}

const NumberPair* Operands::Pair(Index list) {
  const model::OperandList& row = ListOf(list);
  NumberPair pair;
  if (row.kind == model::OperandKind::kInteger) {
    pair.low.integer = s_.integer_pool[row.begin];
    pair.high.integer = s_.integer_pool[row.begin + 1];
  } else {
    pair.low.real = s_.double_pool[row.begin];
    pair.high.real = s_.double_pool[row.begin + 1];
  }
  return out_.arena.Make(pair);
}

const SemverOperand* Operands::Semver(Index list) {
  const Index string = StringAt(list, 0);
  const base::Semver version = base::ParseSemver(ViewOf(string)).value_or(base::Semver());
  SemverOperand operand;
  operand.key = base::VersionKey(version);
  operand.parts = version.parts;
  operand.text = TextOf(string);
  for (const uint64_t number : {version.major, version.minor, version.patch}) {
    operand.is_large = operand.is_large || number >= base::kLargestPart;
  }
  if (!operand.is_large) {
    const auto skipped = version.prerelease.empty() ? 0 : version.prerelease.data() - ViewOf(string).data();
    operand.text = {operand.text.begin + static_cast<uint32_t>(skipped), static_cast<uint32_t>(version.prerelease.size())};
  }
  return out_.arena.Make(operand);
}

// With the ":" that stands between salt and value.
Text Operands::SaltOf(Index string) {
  const void*& kept = Kept(salts_, s_.strings.size(), string);
  if (kept == nullptr) {
    Text salt = Append(ViewOf(string));
    salt.size += Append(":").size;
    kept = out_.arena.Make(salt);
  }
  return *static_cast<const Text*>(kept);
}

const DigestSet* Operands::Digests(Index list, Index salt) {
  const model::OperandList& row = ListOf(list);
  DigestSet set;
  set.salt = SaltOf(StringAt(salt, 0));
  set.size = row.size;
  struct Digest {
    char bytes[kDigestBytes];
  };
  auto* const digests = out_.arena.Allocate<Digest>(row.size);
  if (row.size != 0) {
    std::memcpy(static_cast<void*>(digests), s_.hash_pool.data() + row.begin * kDigestBytes, row.size * kDigestBytes);
  }
  base::Sort(digests, digests + row.size, [](const Digest& a, const Digest& b) {
    return std::memcmp(a.bytes, b.bytes, kDigestBytes) < 0;
  });
  set.digests = reinterpret_cast<const uint8_t*>(digests);
  return out_.arena.Make(set);
}

const TimeZone* Operands::ZoneOf(Index zone) {
  const void*& kept = Kept(zones_, s_.time_zones.size(), zone);
  if (kept == nullptr) {
    const model::TimeZone& row = s_.time_zones[zone];
    TimeZone compiled;
    compiled.name = ViewOf(row.name);
    compiled.initial_offset_minutes = row.initial_offset_minutes;
    compiled.size = static_cast<uint32_t>(row.transition_ms.size());
    compiled.transition_ms = out_.arena.Copy(row.transition_ms);
    compiled.offset_minutes = out_.arena.Copy(row.offset_minutes);
    kept = out_.arena.Make(compiled);
  }
  return static_cast<const TimeZone*>(kept);
}

const Window* Operands::WindowOf(Index list, Index zone) {
  const model::OperandList& row = ListOf(list);
  Window window;
  window.zone = ZoneOf(s_.reference_pool[ListOf(zone).begin]);
  window.minutes = out_.arena.Copy(s_.integer_pool.data() + row.begin, row.size);
  window.size = row.size;
  return out_.arena.Make(window);
}

const NetworkSet* Operands::Networks(Index list) {
  NetworkSet set;
  set.size = ListOf(list).size;
  auto* const networks = out_.arena.Allocate<base::IpNetwork>(set.size);
  auto* const texts = out_.arena.Allocate<Text>(set.size);
  for (uint32_t i = 0; i < set.size; ++i) {
    texts[i] = TextOf(StringAt(list, i));
    networks[i] = base::ParseNetwork(out_.View(texts[i])).value_or(base::IpNetwork());
  }
  set.networks = networks;
  set.texts = texts;
  return out_.arena.Make(set);
}

const Place* Operands::PlaceOf(Index list, uint8_t longitude_slot) {
  const double* const numbers = s_.double_pool.data() + ListOf(list).begin;
  Place place;
  place.latitude = numbers[0];
  place.longitude = numbers[1];
  place.radius_km = numbers[2];
  place.limit = base::HaversineLimit(numbers[2]);
  place.longitude_slot = longitude_slot;
  return out_.arena.Make(place);
}

const MemberSet* Operands::Members(Index member_list) {
  const void*& kept = Kept(members_, s_.member_lists.size(), member_list);
  if (kept == nullptr) kept = out_.arena.Make(MembersOf(s_.member_lists[member_list].hashes));
  return static_cast<const MemberSet*>(kept);
}

MemberSet Operands::MembersOf(std::span<const uint64_t> hashes) {
  MemberSet set;
  set.size = static_cast<uint32_t>(hashes.size());
  auto* const sorted = out_.arena.Copy(hashes);
  base::Sort(sorted, sorted + set.size);
  set.hashes = sorted;
  return set;
}

const FlagIs* Operands::FlagIsOf(Index flag, std::span<const Index> variants) {
  FlagIs flag_is;
  flag_is.flag = flag;
  flag_is.size = static_cast<uint32_t>(variants.size());
  auto* const rows = out_.arena.Allocate<uint16_t>(variants.size());
  for (size_t i = 0; i < variants.size(); ++i) rows[i] = static_cast<uint16_t>(variants[i]);
  flag_is.variants = rows;
  return out_.arena.Make(flag_is);
}

const Regex* Operands::RegexOf(Index list, std::string& defect) {
  const Index string = StringAt(list, 0);
  const void*& kept = Kept(regexes_, s_.strings.size(), string);
  if (kept == nullptr) {
    auto regex = Regex::Compile(ViewOf(string), defect);
    if (regex == nullptr) return nullptr;  // and again for the next leaf that uses it
    kept = regex.get();
    out_.regexes.push_back(std::move(regex));
  }
  return static_cast<const Regex*>(kept);
}

uint8_t Operands::BooleanMask(const model::Snapshot& snapshot, Index list) {
  const model::OperandList& row = snapshot.operands[list];
  uint8_t mask = 0;
  for (uint32_t i = row.begin; i < row.begin + row.size; ++i) mask |= snapshot.integer_pool[i] != 0 ? 2 : 1;
  return mask;
}

}  // namespace expt::eval
