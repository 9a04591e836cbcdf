// Every example of docs/definitions.md is taken by the service, and together they can be published.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <sstream>

#include "tests/service/installation.h"

namespace expt::service {
namespace {

struct Example {
  std::string kind;
  std::string key;  // of a configuration's flag
  std::string text;
};

std::vector<Example> ReadExamples() {
  std::ifstream page(std::string(EXPT_SOURCE_DIR) + "/docs/definitions.md");
  std::vector<Example> examples;
  std::string line;
  bool is_inside = false;
  while (std::getline(page, line)) {
    if (line.starts_with("```json ")) {
      std::istringstream words(line.substr(8));
      Example example;
      words >> example.kind >> example.key;
      examples.push_back(example);
      is_inside = true;
    } else if (line.starts_with("```")) {
      is_inside = false;
    } else if (is_inside) {
      examples.back().text += line + "\n";
    }
  }
  return examples;
}

using DefinitionsPage = Installation;

TEST_F(DefinitionsPage, EveryExampleIsTakenAndPublished) {
  MakeShop();
  const std::map<std::string, Kind> kinds = {{"attribute", Kind::kAttribute}, {"segment", Kind::kSegment},
                                             {"flag", Kind::kFlag},           {"metric", Kind::kMetric},
                                             {"layer", Kind::kLayer},         {"experiment", Kind::kExperiment},
                                             {"holdout", Kind::kHoldout},     {"override", Kind::kOverride},
                                             {"context", Kind::kContext},     {"test", Kind::kFlagTest},
                                             {"template", Kind::kTemplate},   {"group", Kind::kMetricGroup},
                                             {"dashboard", Kind::kDashboard}};
  std::map<std::string, int> count;
  for (const Example& example : ReadExamples()) {
    const json document = Value(ParseJson(example.text));
    ++count[example.kind];
    if (example.kind == "configuration") {
      Value(Configure(example.key, document));
      continue;
    }
    ASSERT_TRUE(kinds.contains(example.kind)) << example.kind;
    Value(Create(kinds.at(example.kind), document));
  }
  for (const auto& [name, kind] : kinds) EXPECT_GE(count[name], 1) << name;
  EXPECT_GE(count["configuration"], 1);
  EXPECT_EQ(Publish().flags, 2u);
}

}  // namespace
}  // namespace expt::service
