// /openapi.json against the route table, and against itself.
#include "control-plane/api/openapi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <type_traits>

#include "control-plane/api/schemas/part.h"
#include "tests/api/schema_check.h"

namespace expt::api {
namespace {

using nlohmann::json;

json Described() { return OpenApi(Routes(), "https://flags.example.com", "1.2.3"); }

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

// Every "$ref" below `value`.
void ForEachRef(const json& value, const std::function<void(const std::string&)>& visit) {
  if (value.is_object()) {
    for (const auto& [name, inner] : value.items()) {
      if (name == "$ref" && inner.is_string()) {
        visit(inner);
      } else {
        ForEachRef(inner, visit);
      }
    }
  } else if (value.is_array()) {
    for (const json& inner : value) ForEachRef(inner, visit);
  }
}

TEST(OpenApi, DescribesEveryRouteAndNothingElse) {
  const json document = Described();
  EXPECT_EQ(document["openapi"], "3.1.0");
  EXPECT_EQ(document["servers"][0]["url"], "https://flags.example.com");
  size_t operations = 0;
  for (const auto& [path, methods] : document["paths"].items()) operations += methods.size();
  EXPECT_EQ(operations, Routes().size());
  for (const Route& route : Routes()) {
    const std::string place = std::string(route.method) + " " + std::string(route.path);
    ASSERT_TRUE(document["paths"].contains(std::string(route.path))) << place;
    ASSERT_TRUE(document["paths"][std::string(route.path)].contains(Lower(route.method))) << place;
    const json& operation = document["paths"][std::string(route.path)][Lower(route.method)];
    EXPECT_EQ(operation["operationId"], route.operation) << place;
    EXPECT_EQ(operation["x-permission"], route.access.name()) << place;
    EXPECT_FALSE(operation["summary"].get<std::string>().empty()) << place;
    std::set<std::string> parameters;
    if (operation.contains("parameters")) {
      for (const json& parameter : operation["parameters"]) {
        if (parameter["in"] != "header")
          parameters.insert(parameter["in"].get<std::string>() + " " + parameter["name"].get<std::string>());
      }
    }
    std::set<std::string> expected;
    for (const QueryParameter& query : route.query) expected.insert("query " + std::string(query.name));
    for (size_t open = route.path.find('{'); open != std::string_view::npos; open = route.path.find('{', open + 1)) {
      expected.insert("path " + std::string(route.path.substr(open + 1, route.path.find('}', open) - open - 1)));
    }
    EXPECT_EQ(parameters, expected) << place;
    EXPECT_EQ(operation.contains("requestBody"), !route.body.schema.empty()) << place;
    const json& success = operation["responses"][std::to_string(route.success.status)];
    EXPECT_EQ(success.contains("content"), route.success.status != 204) << place;
    EXPECT_TRUE(operation["responses"].contains("500")) << place;
  }
}

TEST(OpenApi, EveryMethodThatChangesSomethingNeedsMoreThanAViewer) {
  for (const Route& route : Routes()) {
    if (route.method == "GET") continue;
    if (route.operation == "endSession") continue;  // takes the caller's own cookie away, nothing else
    if (route.operation == "estimateExperiment") continue;  // a question that does not fit into a query
    EXPECT_NE(route.access.need(), auth::Need::kPublic) << route.path;
    if (!route.access.permission()) continue;
    EXPECT_FALSE(service::PermissionsOf(service::Role::kViewer).Has(*route.access.permission())) << route.path;
  }
}

// So that a row of the table without a permission does not compile.
static_assert(!std::is_default_constructible_v<auth::Access> && !std::is_default_constructible_v<Route>);

TEST(OpenApi, DescribesEveryTagAndUsesIt) {
  const json document = Described();
  std::set<std::string> described;
  for (const json& tag : document["tags"]) {
    EXPECT_FALSE(tag["description"].get<std::string>().empty()) << tag;
    EXPECT_TRUE(described.insert(tag["name"]).second) << tag;
  }
  std::set<std::string> used;
  for (const Route& route : Routes()) used.emplace(route.tag);
  EXPECT_EQ(described, used);
}

TEST(OpenApi, NamesItsServerEvenWhenItsAddressIsNotKnown) {
  EXPECT_EQ(Described()["servers"][0]["url"], "https://flags.example.com");
  EXPECT_EQ(OpenApi(Routes(), "", "1.2.3")["servers"][0]["url"], "/");
}

TEST(OpenApi, NoTwoSchemasHaveOneName) {
  std::set<std::string> seen;
  for (const SchemaPart& part : SchemaParts()) {
    const json schemas = json::parse(part.text);
    for (const auto& [name, schema] : schemas.items()) EXPECT_TRUE(seen.insert(name).second) << name;
  }
}

TEST(OpenApi, OperationIdsAreUnique) {
  std::set<std::string_view> seen;
  for (const Route& route : Routes()) EXPECT_TRUE(seen.insert(route.operation).second) << route.operation;
}

TEST(OpenApi, EveryReferenceResolvesAndEverySchemaIsUsed) {
  const json document = Described();
  std::set<std::string> used;
  ForEachRef(document, [&](const std::string& reference) {
    const json::json_pointer pointer(reference.substr(1));
    EXPECT_TRUE(document.contains(pointer)) << reference;
    used.insert(reference);
  });
  for (const auto& [name, schema] : document["components"]["schemas"].items()) {
    EXPECT_TRUE(used.contains("#/components/schemas/" + name)) << name;
  }
}

TEST(OpenApi, SchemaCheckFindsWhatDoesNotFit) {
  const json document = Described();
  const json& flag = document["components"]["schemas"]["Flag"];
  const json good = {{"key", "a"}, {"type", "boolean"}, {"variants", {{{"key", "on"}, {"value", true}}}}};
  EXPECT_THAT(expt::testing::Misfits(good, flag, document), ::testing::IsEmpty());
  const json wrong = {{"key", "not a key"}, {"type", "colour"}, {"variants", json::array()}, {"unknown", 1}};
  for (const auto& [name, value] : wrong.items()) {
    json bad = good;
    bad[name] = value;
    EXPECT_FALSE(expt::testing::Misfits(bad, flag, document).empty()) << name;
  }
  json lacking = good;
  lacking.erase("type");
  EXPECT_FALSE(expt::testing::Misfits(lacking, flag, document).empty());
}

}  // namespace
}  // namespace expt::api
