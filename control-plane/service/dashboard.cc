#include "control-plane/service/dashboard.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace expt::service {
namespace {

using nlohmann::json;

constexpr size_t kMaxBlocks = 64;
constexpr size_t kMaxBlockMetrics = 64;
constexpr size_t kMaxBlockText = 16'384;

DashboardBlock ReadBlock(const json& document, std::string pointer, Problems& problems) {
  DashboardBlock block;
  ObjectReader object(document, pointer, problems);
  block.pointer = std::move(pointer);
  block.type = object.Word("type", {"results", "text"});
  if (block.type == "text") {
    block.text = object.Text("text", true, kMaxBlockText);
  } else if (block.type == "results") {
    block.environment = object.Key("environment");
    block.experiment = object.Key("experiment");
    block.metrics = object.Texts("metrics", kMaxBlockMetrics, kMaxKeySize);
  }
  if (!block.type.empty()) object.RefuseOthers();
  return block;
}

}  // namespace

Dashboard ReadDashboard(const json& document, Problems& problems) {
  Dashboard dashboard;
  ObjectReader object(document, "", problems);
  object.Allow({"id", "archived", "created", "updated"});
  dashboard.key = object.Key("key");
  dashboard.name = object.Text("name", false, 256);
  dashboard.description = object.Text("description", false, 4096);
  if (const json* blocks = object.Array("blocks", true, kMaxBlocks)) {
    for (size_t i = 0; i < blocks->size(); ++i) {
      dashboard.blocks.push_back(ReadBlock((*blocks)[i], Child(object.At("blocks"), i), problems));
    }
  }
  object.RefuseOthers();
  return dashboard;
}

}  // namespace expt::service
