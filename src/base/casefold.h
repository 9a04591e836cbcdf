// Case-insensitive text: simple case folding, one character to one character.
//
// Folding is that of CaseFolding.txt, statuses C and S. It is not that of any language: "ß" and "ss" stay different,
// and the Turkish dotless i is not i. A byte that is no part of well-formed UTF-8 folds to itself.
#ifndef EXPT_SRC_BASE_CASEFOLD_H_
#define EXPT_SRC_BASE_CASEFOLD_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace expt::base {

// Pinned: another version would move units between variants.
inline constexpr std::string_view kUnicodeVersion = "15.0.0";

char32_t FoldCase(char32_t c);

// At most half as long again as `text`: two bytes may become three.
std::string Folded(std::string_view text);

// Writes the folded text into `room`, which must not overlap `text`, and returns the written part; nothing when it
// needs more than `room` bytes.
std::optional<std::string_view> FoldInto(std::string_view text, std::span<char> room);

// What the functions of std::string_view say about Folded(text), without making it. `folded` is UTF-8 that is folded
// already.
bool FoldedEquals(std::string_view text, std::string_view folded);
bool FoldedStartsWith(std::string_view text, std::string_view folded);
bool FoldedEndsWith(std::string_view text, std::string_view folded);
// Takes up to the product of both lengths.
bool FoldedContains(std::string_view text, std::string_view folded);

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_CASEFOLD_H_
