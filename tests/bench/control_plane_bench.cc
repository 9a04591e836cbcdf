// Measures the control plane at the size of a large company: 10,000 flags, 1,000 experiments, 100,000 revisions.
//
//   control_plane_bench [--flags 10000] [--experiments 1000] [--revisions 100000] [--publishes 40] [--requests 200]
//
// exptd runs in this process and is asked over loopback, one request after another, each on a connection of its own.
// "published" ends when the answer of the publish is there, "new Head" when /sdk/v1/head gives a Head of the new
// version's ETag. Documents beyond the first of each kind are written to the store directly, many in one transaction:
// how fast they are made is not what is measured. Exits with 1 when an answer is not what it must be.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "control-plane/storage/state_store.h"
#include "tests/api/running_daemon.h"

namespace expt::bench {
namespace {

using nlohmann::json;
using testing::kEnvironment;
using testing::kProject;
using testing::Reply;
using testing::Sending;
using Clock = std::chrono::steady_clock;

struct Options {
  int flags = 10'000;
  int experiments = 1'000;
  int revisions = 100'000;
  int publishes = 40;
  int requests = 200;
};

[[noreturn]] void End(const std::string& text) {
  std::fprintf(stderr, "control_plane_bench: %s\n", text.c_str());
  std::exit(1);
}

const Reply& Expect(int status, const Reply& reply) {
  if (reply.status != status) End("expected status " + std::to_string(status) + ", got " + reply.body);
  return reply;
}

std::string Numbered(const char* prefix, int i) {
  char text[32];
  std::snprintf(text, sizeof text, "%s-%05d", prefix, i);
  return text;
}

class Times {
 public:
  template <typename Call>
  void Measure(Call call) {
    const Clock::time_point start = Clock::now();
    call();
    Add(Clock::now() - start);
  }
  void Add(Clock::duration time) { ms_.push_back(std::chrono::duration<double, std::milli>(time).count()); }
  void Print(const char* what) {
    std::sort(ms_.begin(), ms_.end());
    const auto at = [&](double share) {
      return ms_[std::min(ms_.size() - 1, static_cast<size_t>(std::ceil(share * static_cast<double>(ms_.size()))) - 1)];
    };
    std::printf("%-34s %6zu  median %7.1f ms  p99 %7.1f ms  max %7.1f ms\n", what, ms_.size(), at(0.5), at(0.99),
                ms_.back());
  }

 private:
  std::vector<double> ms_;
};

json Flag(int i) {
  return {{"key", Numbered("flag", i)},
          {"type", "string"},
          {"description", "What customers see of step " + std::to_string(i)},
          {"tags", {"team-" + std::to_string(i % 40), i % 7 == 0 ? "web" : "backend"}},
          {"owner", "team-" + std::to_string(i % 40)},
          {"variants", {{{"key", "control"}, {"value", "old"}}, {{"key", "treatment"}, {"value", "new"}}}}};
}

// A rule of two conditions with a coverage, and one that serves the experiment where there is one.
json Configuration(int i, bool has_experiment) {
  const json condition = {{"all",
                           {{{"attribute", "country"}, {"operator", "in"}, {"operands", {"CH", "DE", Numbered("X", i)}}},
                            {{"attribute", "age"}, {"operator", "gte"}, {"operands", {18}}}}}};
  json rules = {{{"id", "some"},
                 {"condition", condition},
                 {"coverage", {{"ppm", 500'000}}},
                 {"serve", {{"variant", "treatment"}}}},
                {{"id", "others"},
                 {"condition", {{"attribute", "country"}, {"operator", "equals"}, {"operands", {"FR"}}}},
                 {"serve", {{"variant", "treatment"}}}}};
  if (has_experiment) rules[1]["serve"] = {{"experiment", Numbered("experiment", i)}};
  return {{"enabled", true},
          {"off_variant", "control"},
          {"rules", std::move(rules)},
          {"default_serve", {{"variant", "control"}}}};
}

json Experiment(int i) {
  return {{"key", Numbered("experiment", i)},
          {"flag", Numbered("flag", i)},
          {"status", "running"},
          {"control", "control"},
          {"start", "2020-01-01T00:00:00Z"},
          {"weights", {{"control", 500'000}, {"treatment", 500'000}}},
          {"metrics", {{{"metric", "purchase"}, {"role", "success"}}}}};
}

// `text` of document `source` for document i, with salts of its own.
std::string Cloned(std::string text, int source, int i, std::mt19937_64& random) {
  for (const char* prefix : {"flag", "experiment", "X"}) {
    const std::string from = Numbered(prefix, source);
    const std::string to = Numbered(prefix, i);
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  }
  constexpr std::string_view kSalt = "\"salt\":\"";
  for (size_t at = text.find(kSalt); at != std::string::npos; at = text.find(kSalt, at + 1)) {
    const size_t begin = at + kSalt.size();
    text.replace(begin, text.find('"', begin) - begin, std::to_string(random()) + std::to_string(random()));
  }
  return text;
}

void Fill(const std::string& directory, const Options& options) {
  auto store = storage::StateStore::Open(directory + "/state.db");
  if (!store.ok()) End(std::string(store.status().message()));
  std::mt19937_64 random(1);
  storage::Change change{.actor = "bench", .address = {}, .time_ms = 1'900'000'000'000, .writes = {}};
  const auto commit = [&] {
    const auto revision = (*store)->Commit(change);
    if (!revision.ok()) End(std::string(revision.status().message()));
    change.writes.clear();
    return *revision;
  };
  struct Kind {
    const char* environment;
    const char* name;
    const char* prefix;
    int count;
  };
  const int last = options.flags - 1;
  for (const Kind& kind : {Kind{"", "flag", "flag", options.flags},
                           Kind{"production", "experiment", "experiment", options.experiments},
                           Kind{"production", "flag_configuration", "flag", options.flags}}) {
    const auto body = [&](int i) {
      const auto found = (*store)->Find({"shop", kind.environment, kind.name, Numbered(kind.prefix, i)});
      if (!found.ok() || !found->has_value()) End(std::string("no first document of kind ") + kind.name);
      return (*found)->body;
    };
    const std::string first = body(0);
    const std::string plain = kind.count == options.flags ? body(last) : "";
    for (int i = 1; i < kind.count && i != last; ++i) {
      const bool is_plain = i >= options.experiments;
      change.writes.push_back({.name = {"shop", kind.environment, kind.name, Numbered(kind.prefix, i)},
                               .id = std::string(kind.name) + std::to_string(i),
                               .body = Cloned(is_plain ? plain : first, is_plain ? last : 0, i, random)});
      if (change.writes.size() == 500) commit();
    }
    commit();
  }
  // The same flags again and again, each time with another text.
  int64_t revision = 1;
  for (int64_t number = 0; number < options.revisions; ++revision) {
    for (int i = 1; i < last; ++i) {
      json body = Flag(i);
      body["description"] = "Revision " + std::to_string(revision) + " of what customers see";
      change.writes.push_back(
          {.name = {"shop", "", "flag", Numbered("flag", i)}, .id = {}, .body = body.dump(), .revision = revision});
      if (change.writes.size() < 500 && i + 1 < last) continue;
      number = commit();
      if (number >= options.revisions) break;
    }
  }
}

int Run(const Options& options) {
  DaemonOptions daemon;
  daemon.gate.api_token = {.per_second = 1e6, .burst = 1e6};
  daemon.gate.sdk_key = {.per_second = 1e6, .burst = 1e6};
  testing::RunningDaemon exptd(daemon);
  exptd.MakeShop();
  for (const auto& [name, type] : {std::pair{"country", "string"}, {"age", "integer"}}) {
    Expect(201, exptd.Post(std::string(kProject) + "/attributes", {{"key", name}, {"type", type}}));
  }
  Expect(201, exptd.Post(std::string(kProject) + "/metrics",
                         {{"key", "purchase"}, {"kind", "proportion"}, {"numerator", {{"event", "purchase"}}}}));
  const std::string environment = kEnvironment;
  for (const int i : {0, options.flags - 1}) {
    Expect(201, exptd.Post(std::string(kProject) + "/flags", Flag(i)));
    if (i == 0) Expect(201, exptd.Post(environment + "/experiments", Experiment(0)));
    Expect(200, exptd.Put(environment + "/flags/" + Numbered("flag", i), Configuration(i, i == 0)));
  }
  const std::string key = exptd.MakeSdkKey("server");
  Fill(exptd.directory(), options);
  exptd.Restart();

  std::mt19937_64 random(2);
  const auto some = [&](int below) { return static_cast<int>(random() % static_cast<uint64_t>(below)); };
  const auto time = [&](const char* what, int count, const auto& path) {
    Times times;
    for (int i = 0; i < count; ++i) {
      const std::string target = path();
      times.Measure([&] { Expect(200, testing::Send("GET", exptd.url() + target, {.bearer = exptd.token()})); });
    }
    times.Print(what);
  };
  std::printf("%d flags, %d experiments, %d revisions\n", options.flags, options.experiments, options.revisions);
  const std::string flags = std::string(kProject) + "/flags?limit=100&";
  time("list flags, a page of 100", options.requests,
       [&] { return flags + "cursor=" + Numbered("flag", some(options.flags)); });
  time("search flags, a word of few", options.requests,
       [&] { return flags + "search=" + Numbered("flag", some(options.flags)); });
  time("search flags, a word of none", options.requests, [&] { return flags + "search=nowhere"; });
  time("search flags, a tag of many", options.requests, [&] { return flags + "tag=web"; });
  time("list experiments, a page of 100", options.requests,
       [&] { return environment + "/experiments?limit=100&cursor=" + Numbered("experiment", some(options.experiments)); });
  time("search experiments", options.requests,
       [&] { return environment + "/experiments?search=" + Numbered("experiment", some(options.experiments)); });
  time("list configurations, 100", options.requests,
       [&] { return environment + "/flags?limit=100&cursor=" + Numbered("flag", some(options.flags)); });
  time("audit of one flag", options.requests,
       [&] { return "/api/v1/audit?project=shop&kind=flag&key=" + Numbered("flag", some(options.flags)); });
  time("audit of one actor, a page of 100", options.requests, [&] { return std::string("/api/v1/audit?actor=bench"); });
  time("audit activity", std::max(1, options.requests / 10), [&] { return std::string("/api/v1/audit/activity"); });

  Expect(200, exptd.Post(environment + "/publish", json::object()));
  Times published;
  Times head;
  Times preview;
  std::string etag = testing::Send("GET", exptd.url() + "/sdk/v1/head", {.bearer = key}).Header("etag");
  for (int i = 0; i < options.publishes; ++i) {
    const int flag = options.experiments + some(options.flags - options.experiments - 1);
    json configuration = Configuration(flag, false);
    configuration["enabled"] = i % 2 == 0;
    configuration["off_variant"] = i % 3 == 0 ? "treatment" : "control";
    Expect(200, exptd.Put(environment + "/flags/" + Numbered("flag", flag), configuration));
    preview.Measure([&] {
      Expect(200, testing::Send("GET", exptd.url() + environment + "/publish/preview", {.bearer = exptd.token()}));
    });
    const Clock::time_point start = Clock::now();
    Expect(200, testing::Send("POST", exptd.url() + environment + "/publish",
                              {.bearer = exptd.token(), .body = "{}", .content_type = "application/json"}));
    published.Add(Clock::now() - start);
    for (std::string now = etag; now == etag;) {
      const Reply reply = Expect(200, testing::Send("GET", exptd.url() + "/sdk/v1/head", {.bearer = key}));
      now = reply.Header("etag");
      if (now == etag) continue;
      head.Add(Clock::now() - start);
      etag = now;
      break;
    }
  }
  preview.Print("preview of a publish");
  published.Print("publish, answered");
  head.Print("publish, new Head");
  return 0;
}

}  // namespace
}  // namespace expt::bench

int main(int argc, char** argv) {
  CLI::App app("Measures lists, searches and publishes of a large control plane");
  expt::bench::Options options;
  app.add_option("--flags", options.flags)->check(CLI::Range(100, 99'999))->capture_default_str();
  app.add_option("--experiments", options.experiments)->check(CLI::Range(2, 10'000))->capture_default_str();
  app.add_option("--revisions", options.revisions)->check(CLI::Range(0, 10'000'000))->capture_default_str();
  app.add_option("--publishes", options.publishes)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--requests", options.requests)->check(CLI::PositiveNumber)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return expt::bench::Run(options);
}
