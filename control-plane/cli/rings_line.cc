#include "control-plane/cli/rings_line.h"

#include <cstdint>

#include "control-plane/cli/api_client.h"

namespace expt::cli {
namespace {

constexpr int64_t kPpmPerPercent = 10'000;

std::string WholeAt(const nlohmann::json& object, const char* name) {
  return object.contains(name) && object[name].is_number_integer() ? object[name].dump() : "?";
}

}  // namespace

std::string RingsLine(const nlohmann::json& rings) {
  if (!rings.is_object()) return "?";
  const std::string state = TextAt(rings, "state");
  const std::string version = "version " + WholeAt(rings, "version");
  if (state == "under_way") {
    const bool has_share = rings.contains("share") && rings["share"].is_number_integer();
    const int64_t percent = has_share ? rings["share"].get<int64_t>() / kPpmPerPercent : 0;
    return version + " in ring " + WholeAt(rings, "ring") + " of 4: " + std::to_string(percent) +
           " % of clients, until " + TextAt(rings, "next");
  }
  std::string line = version + " " + state + ": " + TextAt(rings, "reason");
  if (state == "halted") {
    line += "; version " + WholeAt(rings, "withdrawn_as") + " has the content of version " +
            WholeAt(rings, "stable_version");
  }
  return line;
}

}  // namespace expt::cli
