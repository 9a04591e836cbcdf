#include "src/eval/leaf.h"

#include <algorithm>
#include <cmath>

#include "src/base/casefold.h"
#include "src/base/geo.h"
#include "src/base/rfc3339.h"
#include "src/base/sha256.h"
#include "src/eval/window.h"

namespace expt::eval {
namespace {

struct Range {
  const Text* begin;
  uint32_t size;
};

// Folded values up to this size need no second pass over each operand.
constexpr size_t kFoldRoom = 256;

Range TextsOf(const Leaf& leaf) {
  return leaf.has_one_text ? Range{&leaf.text, 1} : Range{leaf.strings->texts, leaf.strings->size};
}

// Whether matches(operand) for any operand of the leaf.
template <typename Matches>
bool AnyOperand(const Ruleset& ruleset, const Leaf& leaf, Matches matches) {
  const Range texts = TextsOf(leaf);
  return std::any_of(texts.begin, texts.begin + texts.size,
                     [&](const Text& text) { return matches(ruleset.View(text)); });
}

bool IsTextTrue(const Ruleset& ruleset, const Leaf& leaf, std::string_view text) {
  switch (leaf.op) {
    case Op::kContains:
      return AnyOperand(ruleset, leaf, [&](std::string_view part) { return text.find(part) != text.npos; });
    case Op::kStartsWith:
      return AnyOperand(ruleset, leaf, [&](std::string_view part) { return text.starts_with(part); });
    case Op::kEndsWith:
      return AnyOperand(ruleset, leaf, [&](std::string_view part) { return text.ends_with(part); });
    case Op::kStringIs:
      return text == ruleset.View(leaf.text);
    default:  // kStringIn
      return IsIn(ruleset, *leaf.strings, text);
  }
}

// The same for a text that is too long to be folded as a whole.
bool IsLongFoldedTextTrue(const Ruleset& ruleset, const Leaf& leaf, std::string_view text) {
  return AnyOperand(ruleset, leaf, [&](std::string_view folded) {
    switch (leaf.op) {
      case Op::kContains:
        return base::FoldedContains(text, folded);
      case Op::kStartsWith:
        return base::FoldedStartsWith(text, folded);
      case Op::kEndsWith:
        return base::FoldedEndsWith(text, folded);
      default:
        return base::FoldedEquals(text, folded);
    }
  });
}

Truth TestText(const Ruleset& ruleset, const Leaf& leaf, const ValueView& value) {
  if (value.type() != ValueType::kString) return Truth::kUnknown;
  if (!leaf.is_folded) return TruthOf(IsTextTrue(ruleset, leaf, value.text()));
  char room[kFoldRoom];
  const auto folded = base::FoldInto(value.text(), room);
  return TruthOf(folded.has_value() ? IsTextTrue(ruleset, leaf, *folded)
                                    : IsLongFoldedTextTrue(ruleset, leaf, value.text()));
}

bool IsIn(const NumberSet& set, const ValueView& value) {
  const auto has_integer = [&](int64_t integer) {
    return std::binary_search(set.integers, set.integers + set.integer_count, integer);
  };
  if (value.type() == ValueType::kInteger) return has_integer(value.integer());
  if (const auto integer = base::ExactInteger(value.real()); integer.has_value()) return has_integer(*integer);
  return std::binary_search(set.reals, set.reals + set.real_count, value.real());
}

// Of the salt and the folded text, piece by piece: nothing is allocated.
std::array<uint8_t, 32> FoldedDigest(std::string_view salt, std::string_view text) {
  constexpr size_t kPiece = 256;
  char room[kPiece + kPiece / 2];  // two bytes may become three
  base::Sha256Stream digest;
  digest.Add(salt);
  while (!text.empty()) {
    size_t size = std::min(text.size(), kPiece);
    // No character is cut.
    while (size < text.size() && size > kPiece - 3 && (text[size] & 0xc0) == 0x80) --size;
    digest.Add(base::FoldInto(text.substr(0, size), room).value_or(std::string_view()));
    text.remove_prefix(size);
  }
  return digest.Finish();
}

Truth TestHashed(const Ruleset& ruleset, const Leaf& leaf, const ValueView& value) {
  if (value.type() != ValueType::kString) return Truth::kUnknown;
  const DigestSet& set = *leaf.digests;
  const std::string_view salt = ruleset.View(set.salt);  // with the ":"
  const std::array<uint8_t, 32> digest =
      leaf.is_folded ? FoldedDigest(salt, value.text()) : base::Sha256(salt, value.text());
  const uint8_t* low = set.digests;
  for (uint32_t size = set.size; size > 0;) {
    const uint32_t half = size / 2;
    const int order = std::memcmp(low + half * digest.size(), digest.data(), digest.size());
    if (order == 0) return Truth::kTrue;
    if (order < 0) {
      low += (half + 1) * digest.size();
      size -= half + 1;
    } else {
      size = half;
    }
  }
  return Truth::kFalse;
}

// A point in time as a number: epoch ms, whole or not. Missing when the value is none.
ValueView TimeOf(const ValueView& value) {
  if (IsNumber(value)) return value;
  if (value.type() != ValueType::kString) return {};
  const auto time = base::ParseRfc3339(value.text());
  return time.has_value() ? ValueView(*time) : ValueView();
}

Truth TestTime(const Leaf& leaf, const ValueView& value) {
  const ValueView time = TimeOf(value);
  if (time.is_missing()) return Truth::kUnknown;
  switch (leaf.op) {
    case Op::kTimeBefore:
      return TruthOf(CompareNumber(time, leaf) < 0);
    case Op::kTimeAfter:
      return TruthOf(CompareNumber(time, leaf) > 0);
    case Op::kTimeBetween:
      return TruthOf(CompareNumber(time, leaf.pair->low, true) >= 0 && CompareNumber(time, leaf.pair->high, true) < 0);
    default:
      break;
  }
  if (time.type() == ValueType::kInteger) return TruthOf(IsInWindow(*leaf.window, time.integer()));
  const auto whole = base::ExactInteger(std::floor(time.real()));
  return whole.has_value() ? TruthOf(IsInWindow(*leaf.window, *whole)) : Truth::kUnknown;
}

Truth TestSize(const Leaf& leaf, const ValueView& value) {
  if (value.type() != ValueType::kStringList) return Truth::kUnknown;
  const auto size = static_cast<int64_t>(value.list().size());
  switch (leaf.op) {
    case Op::kSizeLt:
      return TruthOf(size < leaf.integer);
    case Op::kSizeGt:
      return TruthOf(size > leaf.integer);
    default:
      return TruthOf(size >= leaf.pair->low.integer && size <= leaf.pair->high.integer);
  }
}

bool IsElement(const Leaf& leaf, std::span<const std::string_view> list, std::string_view operand) {
  return std::any_of(list.begin(), list.end(), [&](std::string_view element) {
    return leaf.is_folded ? base::FoldedEquals(element, operand) : base::IsSameText(element, operand);
  });
}

Truth TestList(const Ruleset& ruleset, const Leaf& leaf, const ValueView& value) {
  if (value.type() != ValueType::kStringList) return Truth::kUnknown;
  const auto list = value.list();
  if (leaf.op == Op::kContainsAny) {
    if (leaf.strings->mask != 0 && !leaf.is_folded) {
      return TruthOf(std::any_of(list.begin(), list.end(),
                                 [&](std::string_view element) { return IsIn(ruleset, *leaf.strings, element); }));
    }
    return TruthOf(AnyOperand(ruleset, leaf, [&](std::string_view text) { return IsElement(leaf, list, text); }));
  }
  return TruthOf(!AnyOperand(ruleset, leaf, [&](std::string_view text) { return !IsElement(leaf, list, text); }));
}

// An operand as a version.
base::Semver VersionOf(const Ruleset& ruleset, const SemverOperand& operand) {
  const std::string_view text = ruleset.View(operand.text);
  if (operand.is_large) return base::ParseSemver(text).value_or(base::Semver());
  base::Semver version;
  version.major = base::MajorOf(operand.key);
  version.minor = base::MinorOf(operand.key);
  version.patch = base::PatchOf(operand.key);
  version.parts = operand.parts;
  version.prerelease = text;
  return version;
}

Truth TestSemver(const Ruleset& ruleset, Scope& scope, const Leaf& leaf) {
  const base::Semver* const version = scope.Version(leaf.slot);
  if (version == nullptr) return Truth::kUnknown;
  const base::Semver operand = VersionOf(ruleset, *leaf.semver);
  const int order = base::Compare(*version, operand);
  if (leaf.orders != 0) return IsOneOf(leaf.orders, order);
  const bool is_tilde = leaf.written == model::Operator::kSemverTilde;
  const base::Semver end = is_tilde ? base::TildeEnd(operand) : base::CaretEnd(operand);
  return TruthOf(order >= 0 && base::CompareCore(*version, end) < 0);
}

Truth TestNetwork(const Leaf& leaf, const ValueView& value) {
  if (value.type() != ValueType::kString) return Truth::kUnknown;
  const auto address = base::ParseIp(value.text());
  if (!address.has_value()) return Truth::kUnknown;
  const NetworkSet& set = *leaf.networks;
  return TruthOf(std::any_of(set.networks, set.networks + set.size,
                             [&](const base::IpNetwork& network) { return base::Contains(network, *address); }));
}

// Nothing unless within [-most, most].
std::optional<double> Degrees(const ValueView& value, double most) {
  if (!IsNumber(value)) return std::nullopt;
  const double degrees = value.type() == ValueType::kInteger ? static_cast<double>(value.integer()) : value.real();
  return degrees >= -most && degrees <= most ? std::optional(degrees) : std::nullopt;
}

Truth TestPlace(Scope& scope, const Leaf& leaf, const ValueView& value) {
  const Place& place = *leaf.place;
  const auto latitude = Degrees(value, 90);
  const auto longitude = Degrees(scope.slot(place.longitude_slot), 180);
  if (!latitude.has_value() || !longitude.has_value()) return Truth::kUnknown;
  return TruthOf(base::HaversineSquare(place.latitude, place.longitude, *latitude, *longitude) <= place.limit);
}

}  // namespace

Truth TestRareLeaf(const Ruleset& ruleset, Scope& scope, const Leaf& leaf, const ValueView& value) {
  switch (leaf.op) {
    case Op::kSemver:
      return TestSemver(ruleset, scope, leaf);
    case Op::kStringIs:
    case Op::kStringIn:
    case Op::kContains:
    case Op::kStartsWith:
    case Op::kEndsWith:
      return TestText(ruleset, leaf, value);
    case Op::kNumberIn:
      return IsNumber(value) ? TruthOf(IsIn(*leaf.numbers, value)) : Truth::kUnknown;
    case Op::kBetween:
      if (!IsNumber(value)) return Truth::kUnknown;
      return TruthOf(CompareNumber(value, leaf.pair->low, leaf.is_integer) >= 0 &&
                     CompareNumber(value, leaf.pair->high, leaf.is_integer) <= 0);
    case Op::kMatches:
      if (value.type() != ValueType::kString || value.text().size() > kMaxRegexInput) return Truth::kUnknown;
      return TruthOf(leaf.regex->Matches(value.text()));
    case Op::kHashedIn:
      return TestHashed(ruleset, leaf, value);
    case Op::kTimeBefore:
    case Op::kTimeAfter:
    case Op::kTimeBetween:
    case Op::kInWindow:
      return TestTime(leaf, value);
    case Op::kContainsAny:
    case Op::kContainsAll:
      return TestList(ruleset, leaf, value);
    case Op::kSizeLt:
    case Op::kSizeGt:
    case Op::kSizeBetween:
      return TestSize(leaf, value);
    case Op::kInCidr:
      return TestNetwork(leaf, value);
    case Op::kWithinKm:
      return TestPlace(scope, leaf, value);
    default:
      return Truth::kUnknown;
  }
}

}  // namespace expt::eval
