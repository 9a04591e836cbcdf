#include "control-plane/cli/changes_text.h"

#include <gtest/gtest.h>

namespace expt::cli {
namespace {

using nlohmann::json;

TEST(ChangesText, SaysWhereAChangeRequestStands) {
  json request = {{"id", "chg_1"}, {"state", "in_review"}, {"publish_at", nullptr}, {"applied", nullptr},
                  {"failure", nullptr}};
  EXPECT_EQ(ChangeLine(request), "chg_1 in_review");
  request["state"] = "approved";
  request["publish_at"] = "2030-01-07T09:30:00Z";
  EXPECT_EQ(ChangeLine(request), "chg_1 approved, to be published at 2030-01-07T09:30:00Z");
  request["publish_at"] = nullptr;
  request["failure"] = {{"time", "2030-01-07T09:30:01Z"}, {"text", "frozen"}};
  EXPECT_EQ(ChangeLine(request), "chg_1 approved; failed: frozen");
  request["state"] = "applied";
  request["applied"] = {{"version", nullptr}};
  EXPECT_EQ(ChangeLine(request), "chg_1 applied, not published; failed: frozen");
  request["failure"] = nullptr;
  request["applied"]["version"] = 8;
  EXPECT_EQ(ChangeLine(request), "chg_1 applied: version 8");
}

TEST(ChangesText, ListsEditsPlaceByPlace) {
  const json edit = {{"kind", "flag_configuration"},
                     {"key", "checkout"},
                     {"base_revision", 3},
                     {"revision", 4},
                     {"moved", true},
                     {"changes", {{{"pointer", "/enabled"}, {"before", false}, {"after", true}},
                                  {{"pointer", ""}, {"before", nullptr}, {"after", json::object()}}}}};
  const json diff = {{"edits", json::array({edit})},
                     {"problems", {{{"pointer", "/edits/0/base_revision"}, {"text", "no"}}}},
                     {"warnings", {"units leave"}}};
  EXPECT_EQ(DiffText(diff),
            "flag_configuration \"checkout\", revision 3, changed since: revision 4\n"
            "  /enabled: false -> true\n"
            "  all of it: null -> {}\n"
            "problem: /edits/0/base_revision: no\n"
            "warning: units leave\n");
}

TEST(ChangesText, LinesUp) {
  const json short_one = {{"id", "chg_1"}, {"state", "open"}, {"approvals", json::array()}, {"approvals_needed", 2},
                          {"edits", json::array()}, {"title", "Title"}};
  json long_one = short_one;
  long_one["state"] = "in_review";
  long_one["approvals"] = {{{"actor", "ben"}}};
  EXPECT_EQ(ChangesTable({short_one, long_one}),
            "chg_1  open       0/2  0 edits  Title\n"
            "chg_1  in_review  1/2  0 edits  Title\n");
}

TEST(ChangesText, AnAnswerOfAnotherServerIsNoCrash) {
  EXPECT_EQ(ChangeLine(nullptr), " ");
  EXPECT_EQ(DiffText(json::array()), "");
  EXPECT_EQ(DiffText({{"edits", {1}}}), " \"\", revision ?\n");
}

}  // namespace
}  // namespace expt::cli
