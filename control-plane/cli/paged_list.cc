#include "control-plane/cli/paged_list.h"

namespace expt::cli {

using nlohmann::json;

absl::StatusOr<std::vector<json>> ListAll(ApiClient& api, const std::string& path) {
  std::vector<json> items;
  for (std::string cursor;;) {
    const std::string query = cursor.empty() ? "" : "&cursor=" + PathSegment(cursor);
    absl::StatusOr<ApiReply> page = api.Get(path + "?limit=1000" + query);
    if (!page.ok()) return page.status();
    const json found = page->body.value("items", json::array());
    items.insert(items.end(), found.begin(), found.end());
    cursor = TextAt(page->body, "next_cursor");
    if (cursor.empty()) return items;
  }
}

}  // namespace expt::cli
