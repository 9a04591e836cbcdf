#include "control-plane/service/winner.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace expt::service {

using nlohmann::json;

size_t ServeWinner(json& configuration, std::string_view experiment, std::string_view variant, const json* coverage) {
  size_t count = 0;
  for (json& rule : configuration["rules"]) {
    const auto served = rule["serve"].find("experiment");
    if (served == rule["serve"].end() || *served != experiment) continue;
    rule["serve"] = {{"variant", variant}};
    const json before = rule.value("coverage", json(nullptr));
    rule.erase("coverage");
    if (coverage != nullptr) {
      json after = *coverage;
      for (const char* name : {"bucket_by", "salt"}) {
        if (!after.contains(name) && before.is_object() && before.contains(name)) after[name] = before[name];
      }
      rule["coverage"] = std::move(after);
    }
    ++count;
  }
  return count;
}

}  // namespace expt::service
