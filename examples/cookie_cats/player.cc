#include "examples/cookie_cats/player.h"

#include <array>
#include <charconv>
#include <optional>

namespace cookie_cats {
namespace {

absl::Status Wrong(std::string_view column, std::string_view expected) {
  const std::string text = "column \"" + std::string(column) + "\": expected " + std::string(expected);
  return absl::InvalidArgumentError({text.data(), text.size()});
}

std::optional<bool> BooleanOf(std::string_view text) {
  if (text == "TRUE") return true;
  if (text == "FALSE") return false;
  return std::nullopt;
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

absl::StatusOr<Player> ParsePlayer(std::string_view line) {
  std::array<std::string_view, 5> columns;
  size_t count = 0;
  while (true) {
    const size_t comma = line.find(',');
    if (count < columns.size()) columns[count] = line.substr(0, comma);
    ++count;
    if (comma == std::string_view::npos) break;
    line.remove_prefix(comma + 1);
  }
  if (count != columns.size()) {
    const std::string text = "expected 5 columns, found " + std::to_string(count);
    return absl::InvalidArgumentError({text.data(), text.size()});
  }
  Player player;
  if (!IsNumber(columns[0])) return Wrong("userid", "a number");
  player.user_id = std::string(columns[0]);
  if (columns[1] != "gate_30" && columns[1] != "gate_40") return Wrong("version", "gate_30 or gate_40");
  player.variant = std::string(columns[1]);
  const char* end = columns[2].data() + columns[2].size();
  const auto [stop, error] = std::from_chars(columns[2].data(), end, player.rounds);
  if (!IsNumber(columns[2]) || error != std::errc() || stop != end) return Wrong("sum_gamerounds", "a whole number");
  const std::optional<bool> day_1 = BooleanOf(columns[3]);
  if (!day_1) return Wrong("retention_1", "TRUE or FALSE");
  const std::optional<bool> day_7 = BooleanOf(columns[4]);
  if (!day_7) return Wrong("retention_7", "TRUE or FALSE");
  player.came_back_after_1_day = *day_1;
  player.came_back_after_7_days = *day_7;
  return player;
}

}  // namespace cookie_cats
