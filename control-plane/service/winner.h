// Turns the rules that serve an experiment into rules that serve its winner.
#ifndef EXPT_CONTROL_PLANE_SERVICE_WINNER_H_
#define EXPT_CONTROL_PLANE_SERVICE_WINNER_H_

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace expt::service {

// Each rule of `configuration`, a stored flag configuration, that serves `experiment` serves `variant` from now on. It
// keeps its id, condition and holdouts. `coverage` takes the place of its coverage (null: it covers everybody), and
// keeps salt and unit of that where it leaves them out: the same units are covered first. Answers how many rules there
// were.
size_t ServeWinner(nlohmann::json& configuration, std::string_view experiment, std::string_view variant,
                   const nlohmann::json* coverage);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_WINNER_H_
