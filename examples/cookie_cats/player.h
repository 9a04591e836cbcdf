// One row of the data set: a player, the gate that the player met, and what the player did.
#ifndef EXPT_EXAMPLES_COOKIE_CATS_PLAYER_H_
#define EXPT_EXAMPLES_COOKIE_CATS_PLAYER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace cookie_cats {

// The first line of the file.
inline constexpr std::string_view kHeader = "userid,version,sum_gamerounds,retention_1,retention_7";

struct Player {
  std::string user_id;
  std::string variant;  // "gate_30" or "gate_40"
  int64_t rounds = 0;   // played in the first 14 days
  bool came_back_after_1_day = false;
  bool came_back_after_7_days = false;
};

// Reads one line without its end. kInvalidArgument says which column is wrong.
absl::StatusOr<Player> ParsePlayer(std::string_view line);

}  // namespace cookie_cats

#endif  // EXPT_EXAMPLES_COOKIE_CATS_PLAYER_H_
