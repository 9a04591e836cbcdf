#include "control-plane/cli/definitions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace expt::cli {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

// Documents by path, as exptd keeps them: POST makes one under its key, PUT needs the current ETag.
class Documents : public Transport {
 public:
  struct State {
    std::map<std::string, std::pair<json, int>> documents;
    std::vector<std::string> changes;  // "POST /api/…"
    std::string refused_key;           // answered with 422
  };
  explicit Documents(State& state) : state_(state) {}

  absl::StatusOr<HttpReply> Send(const HttpRequest& request) override {
    const std::string path = request.url.substr(std::string("http://127.0.0.1:1").size());
    HttpReply reply;
    if (request.method == "GET") {
      const auto found = state_.documents.find(path);
      reply.status = found == state_.documents.end() ? 404 : 200;
      if (found != state_.documents.end()) {
        reply.body = found->second.first.dump();
        reply.headers.emplace_back("etag", "\"" + std::to_string(found->second.second) + "\"");
      }
      return reply;
    }
    state_.changes.push_back(request.method + " " + path);
    const json body = json::parse(request.body);
    const std::string key = TextAt(body, "key");
    if (!key.empty() && key == state_.refused_key) {
      reply.status = 422;
      reply.body = R"({"title": "document is not valid", "errors": [{"pointer": "/type", "text": "expected a word"}]})";
      return reply;
    }
    const std::string target = request.method == "POST" ? path + "/" + key : path;
    auto& [document, revision] = state_.documents[target];
    if (request.method == "PUT") {
      std::string etag;
      for (const auto& [name, value] : request.headers) {
        if (name == "If-Match") etag = value;
      }
      if (etag != "\"" + std::to_string(revision) + "\"") {
        reply.status = 412;
        return reply;
      }
    }
    document = body;
    ++revision;
    reply.status = request.method == "POST" ? 201 : 200;
    reply.body = body.dump();
    return reply;
  }
  void Cancel() override {}

 private:
  State& state_;
};

Definitions Parsed(const char* text) {
  absl::StatusOr<Definitions> definitions = ParseDefinitions(text);
  EXPECT_TRUE(definitions.ok()) << definitions.status();
  return definitions.ok() ? *definitions : Definitions();
}

std::vector<std::string> Apply(Documents::State& state, const char* text) {
  ApiClient api("http://127.0.0.1:1/", "token", std::make_unique<Documents>(state));
  std::vector<std::string> out;
  for (const Change& change : ApplyDefinitions(api, "p", "e", Parsed(text))) {
    out.push_back(std::to_string(static_cast<int>(change.kind)) + " " + change.place + change.error);
  }
  return out;
}

constexpr char kFlag[] = R"({"flags": [{"key": "f", "type": "boolean",
    "configuration": {"enabled": true, "rules": [{"id": "r1", "serve": {"split": {"weights": {"on": 1000000}}}}]}}]})";

TEST(Definitions, EveryProblemOfTheShapeIsNamed) {
  const absl::Status status =
      ParseDefinitions(R"({"flag": [], "layers": {}, "metrics": [{"key": "a"}, {"key": "a"}, {}, 3]})").status();
  const std::string text(status.message());
  EXPECT_THAT(text, HasSubstr("unknown member \"flag\""));
  EXPECT_THAT(text, HasSubstr("\"layers\": expected an array"));
  EXPECT_THAT(text, HasSubstr("metric \"a\" is given twice"));
  EXPECT_THAT(text, HasSubstr("\"metrics\": entry 2: expected an object with a \"key\""));
  EXPECT_THAT(text, HasSubstr("\"metrics\": entry 3"));
  EXPECT_EQ(ParseDefinitions("[").status().message(), "definitions: at byte 2: not JSON");
  EXPECT_EQ(ParseDefinitions("[]").status().message(), "definitions: expected a JSON object");
}

TEST(Definitions, ANumberBeyondADoubleIsSaidToBeTooLarge) {
  const absl::Status status = ParseDefinitions(R"({"flags": 1e981})").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "definitions: a number is too large");
}

TEST(Definitions, AMemberThatStandsTwiceIsNotHalfLost) {
  for (const std::string text : {R"({"flags": [{"key": "a"}], "flags": []})",
                                 R"({"segments": [{"key": "a"}], "flags": [{"key": "b", "flags": 1, "flags": 2}]})"}) {
    EXPECT_THAT(std::string(ParseDefinitions(text).status().message()),
                HasSubstr("definitions: member \"flags\" is given twice"));
  }
  // The same name in two objects is no repetition.
  EXPECT_TRUE(ParseDefinitions(R"({"flags": [{"key": "a"}, {"key": "b", "configuration": {"key": 1}}]})").ok());
}

TEST(Definitions, ApplyingTwiceChangesNothing) {
  Documents::State state;
  state.documents["/api/v1/projects/p/environments/e/flags/f"] = {json::object(), 0};
  EXPECT_THAT(Apply(state, kFlag), ElementsAre("0 flag \"f\"", "1 flag \"f\": configuration"));
  EXPECT_THAT(state.changes,
              ElementsAre("POST /api/v1/projects/p/flags", "PUT /api/v1/projects/p/environments/e/flags/f"));
  state.changes.clear();
  EXPECT_THAT(Apply(state, kFlag), ElementsAre("2 flag \"f\"", "2 flag \"f\": configuration"));
  EXPECT_TRUE(state.changes.empty());
}

TEST(Definitions, ReferencesExistBeforeWhatRefersToThem) {
  Documents::State state;
  state.documents["/api/v1/projects/p/environments/e/flags/f"] = {json::object(), 0};
  Apply(state, R"({"experiments": [{"key": "x", "flag": "f"}], "layers": [{"key": "l"}], "metrics": [{"key": "m"}],
      "segments": [{"key": "s"}], "flags": [{"key": "f", "configuration": {"enabled": true}}],
      "attributes": [{"key": "a"}]})");
  EXPECT_THAT(state.changes, ElementsAre("POST /api/v1/projects/p/attributes", "POST /api/v1/projects/p/flags",
                                         "POST /api/v1/projects/p/segments", "POST /api/v1/projects/p/metrics",
                                         "POST /api/v1/projects/p/environments/e/layers",
                                         "POST /api/v1/projects/p/environments/e/experiments",
                                         "PUT /api/v1/projects/p/environments/e/flags/f"));
}

TEST(Definitions, AFailureIsListedAndTheRestGoesOn) {
  Documents::State state;
  state.refused_key = "bad";
  const auto changes = Apply(state, R"({"metrics": [{"key": "bad"}, {"key": "good"}]})");
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_THAT(changes[0],
              HasSubstr("3 metric \"bad\"POST /api/v1/projects/p/metrics: document is not valid (HTTP 422)"));
  EXPECT_THAT(changes[0], HasSubstr("\n  /type: expected a word"));
  EXPECT_EQ(changes[1], "0 metric \"good\"");
}

TEST(Definitions, SaltsThatAreLeftOutStay) {
  const json current = json::parse(R"({"salt": "A", "rules": [
      {"id": "r1", "serve": {"split": {"salt": "B", "weights": {"a": 1}}}}, {"id": "r2", "coverage": {"salt": "C"}}]})");
  const json wanted = json::parse(R"({"rules": [{"id": "r2", "coverage": {"ppm": 5}}, {"id": "r3", "coverage": {}},
      {"id": "r1", "serve": {"split": {"weights": {"a": 2}}}}]})");
  const json kept = KeepSalts(current, wanted);
  EXPECT_EQ(kept["salt"], "A");
  EXPECT_EQ(kept["rules"][0]["coverage"]["salt"], "C");
  EXPECT_FALSE(kept["rules"][1]["coverage"].contains("salt"));
  EXPECT_EQ(kept["rules"][2]["serve"]["split"]["salt"], "B");
}

TEST(Definitions, ASaltThatIsGivenIsTaken) {
  EXPECT_EQ(KeepSalts(json{{"salt", "A"}}, json{{"salt", "B"}})["salt"], "B");
}

}  // namespace
}  // namespace expt::cli
