#include "tests/wasm/regex_answers.h"

#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "src/eval/regex.h"

namespace expt::wasm {
namespace {

// Letters whose folding is not that of ASCII are among both.
constexpr const char* kPieces[] = {
    "a", "b", "k", "K", "s", "ſ", "σ", "ς", "Σ", "ß", "ẞ", "İ", ".", "^", "$", "\\d", "\\W", "\\b", "\\B",
    "\\s", "\\A", "\\z", "[a-z]", "[^k-σ]", "(", ")", "(?:", "(?i)", "(?s)", "(?m)", "(?U)", "(?P<n>",
    "(?P<ä1_>", "(?P<ﾊ\xCC\x88>", "(?P<€>", "|", "*", "+", "?", "+?", "*?", "{2,3}", "{0}", "{5}", "{1000}",
    "{1001}", "[[:alpha:]]", "[[:^word:]]", "[", "]", "\\", "\\x{3C3}", "\\x{110000}", "\\Q", "\\E", "\\1",
    "(?=a)", "\xff", "\xc3", "😀", "\\C", "[α-ω]", "(?i:[k-s])", "\\n", "\\x41",
};
constexpr const char* kTexts[] = {
    "", "a", "ab", "aab", "kK\xE2\x84\xAA", "sSſ", "σςΣ", "ßẞss", "iIİı", "a\nb", "123 abc", "😀", "zürich",
    "A B", "\xff", "_", "aaaaabbbbbkkkkk", "Ωω\xE2\x84\xA6", "ab cd\n", "\\Q(",
};

// Patterns around RE2's own limit of instructions, which comes before ours: each counts one more.
void AddLarge(std::vector<std::string>& patterns) {
  std::string large;
  for (int i = 0; i < 10; ++i) large += "a{1000}b{1000}";
  for (int i = 760; i <= 800; ++i) patterns.push_back(large + "a{1000}b{" + std::to_string(i) + "}");
  for (int i = 480; i <= 510; ++i) patterns.push_back("a{" + std::to_string(i) + "}");
  patterns.push_back(std::string(999, '(') + std::string(999, ')'));
  patterns.push_back(std::string(1001, '(') + std::string(1001, ')'));
}

std::vector<std::string> Patterns() {
  std::vector<std::string> patterns;
  AddLarge(patterns);
  std::mt19937 random(7);  // NOLINT: the same patterns every time
  for (int i = 0; i < 4000; ++i) {
    std::string pattern;
    for (uint32_t left = 1 + random() % 7; left > 0; --left) pattern += kPieces[random() % std::size(kPieces)];
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

// JSON has no bytes: each becomes the character of that number.
std::string Widened(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte >= 0x80) text += static_cast<char>(0xC0 | byte >> 6);
    text += static_cast<char>(byte >= 0x80 ? 0x80 | (byte & 0x3F) : byte);
  }
  return text;
}

}  // namespace

nlohmann::json RegexAnswers() {
  nlohmann::json answers = {{"texts", nlohmann::json::array()}, {"patterns", nlohmann::json::array()}};
  for (const char* text : kTexts) answers["texts"].push_back(Widened(text));
  for (const std::string& pattern : Patterns()) {
    std::string defect;
    const auto regex = eval::Regex::Compile(pattern, defect);
    nlohmann::json row = {Widened(pattern)};
    if (regex == nullptr) {
      row.push_back(Widened(defect));
    } else {
      row.push_back(nlohmann::json::array());
      for (const char* text : kTexts) row[1].push_back(regex->Matches(text) ? 1 : 0);
    }
    answers["patterns"].push_back(std::move(row));
  }
  return answers;
}

}  // namespace expt::wasm
