#include "control-plane/cli/text_table.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace expt::cli {
namespace {

size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

void TextTable::Row(std::vector<std::string> cells) {
  cells.resize(alignment_.size());
  rows_.push_back(std::move(cells));
}

void TextTable::Rule() { rows_.emplace_back(); }

std::string TextTable::Print() const {
  std::vector<size_t> widths(alignment_.size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < widths.size(); ++i) {
      if (i > 0) line += "  ";
      if (row.empty()) {
        line.append(widths[i], '-');
        continue;
      }
      const std::string padding(widths[i] - Width(row[i]), ' ');
      line += alignment_[i] == 'r' ? padding + row[i] : row[i] + padding;
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += line + "\n";
  }
  return out;
}

std::string WithCommas(long long number) {
  std::string digits = std::to_string(number);
  const size_t first = number < 0 ? 1 : 0;
  for (size_t i = digits.size(); i > first + 3;) {
    i -= 3;
    digits.insert(i, 1, ',');
  }
  return digits;
}

std::string Fixed(double number, int decimals) {
  char text[400];
  const int size = std::snprintf(text, sizeof text, "%.*f", decimals, number);
  std::string out(text, static_cast<size_t>(size));
  // "-0.00" says less than "0.00".
  if (out[0] == '-' && out.find_first_of("123456789") == std::string::npos) out.erase(0, 1);
  return out;
}

}  // namespace expt::cli
