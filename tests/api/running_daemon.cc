#include "tests/api/running_daemon.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <utility>

#include "control-plane/api/openapi.h"
#include "control-plane/http/router.h"
#include "tests/api/schema_check.h"

namespace expt::testing {
namespace {

using nlohmann::json;

// The template that /openapi.json has for `path`, or empty.
std::string TemplateOf(const std::string& method, const std::string& path) {
  static const http::Router& router = *[] {
    auto* made = new http::Router();
    for (const api::Route& route : api::Routes()) {
      (void)made->Add({.method = std::string(route.method), .path = std::string(route.path)});
    }
    return made;
  }();
  const auto target = http::ParseTarget(path);
  if (!target.ok()) return {};
  const http::Match match = router.Find(method, *target);
  return match.route == nullptr ? "" : match.route->path;
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "exptd-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

RunningDaemon::RunningDaemon(DaemonOptions options) : options_(std::move(options)) {
  options_.data = directory_.path();
  options_.dev = true;
  options_.server.port = 0;
  options_.log = nullptr;
  // A slow disk sheds; here only where a test asks for it.
  if (options_.ingest.admission.max_wait == ingest::AdmissionOptions().max_wait) {
    options_.ingest.admission.max_wait = std::chrono::hours(1);
  }
  auto daemon = Daemon::Start(options_);
  if (!daemon.ok()) {
    std::cerr << daemon.status() << std::endl;
    std::abort();
  }
  daemon_ = *std::move(daemon);
  openapi_ = Send("GET", url() + "/openapi.json", {}).Json();
}

void RunningDaemon::Restart() {
  daemon_->Stop();
  daemon_.reset();
  auto daemon = Daemon::Start(options_);
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  daemon_ = *std::move(daemon);
}

uint16_t RunningDaemon::port() const {
  const std::string text = url();
  return static_cast<uint16_t>(std::stoi(text.substr(text.rfind(':') + 1)));
}

Reply RunningDaemon::SendTo(const std::string& method, const std::string& path, Sending sending) const {
  if (sending.bearer.empty()) sending.bearer = token_;
  if (sending.bearer == "none") sending.bearer.clear();
  Reply reply = Send(method, url() + path, sending);
  const std::string route = TemplateOf(method, path);
  if (route.empty() || reply.status == 304 || reply.status == 204) return reply;
  std::string lower = method;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const json& responses = openapi_["paths"][route][lower]["responses"];
  const std::string status = std::to_string(reply.status);
  EXPECT_TRUE(responses.contains(status))
      << method << " " << path << " answers " << status << ", which is not described";
  if (!responses.contains(status)) return reply;
  for (const auto& [media_type, content] : responses[status]["content"].items()) {
    // "image/*": any of them.
    const std::string begin = media_type.ends_with("/*") ? media_type.substr(0, media_type.size() - 1) : media_type;
    EXPECT_EQ(reply.Header("content-type").substr(0, begin.size()), begin) << method << " " << path;
    if (media_type != "application/json" && media_type != "application/problem+json") continue;
    const json body = reply.Json();
    EXPECT_FALSE(body.is_discarded()) << reply.body;
    for (const std::string& text : Misfits(body, content["schema"], openapi_)) {
      ADD_FAILURE() << method << " " << path << " " << status << ": " << text << "\n" << reply.body.substr(0, 2000);
    }
  }
  return reply;
}

Reply RunningDaemon::Get(const std::string& path, Sending sending) const {
  return SendTo("GET", path, std::move(sending));
}
Reply RunningDaemon::Post(const std::string& path, const json& body, Sending sending) const {
  sending.body = body.dump();
  sending.content_type = "application/json";
  return SendTo("POST", path, std::move(sending));
}
Reply RunningDaemon::Put(const std::string& path, const json& body, Sending sending) const {
  sending.body = body.dump();
  sending.content_type = "application/json";
  return SendTo("PUT", path, std::move(sending));
}
Reply RunningDaemon::Delete(const std::string& path, Sending sending) const {
  return SendTo("DELETE", path, std::move(sending));
}

void RunningDaemon::Setup() {
  ASSERT_TRUE(daemon_->setup_token().has_value());
  const Reply reply = Post("/api/v1/setup", {{"token", *daemon_->setup_token()}});
  ASSERT_EQ(reply.status, 201) << reply.body;
  token_ = reply.Json()["api_token"];
}

void RunningDaemon::MakeShop() {
  if (token_.empty()) Setup();
  const Reply project = Post("/api/v1/projects", {{"key", "shop"}, {"name", "Shop"}});
  ASSERT_EQ(project.status, 201) << project.body;
  const Reply environment =
      Post(std::string(kProject) + "/environments", {{"key", "production"}, {"name", "Production"}});
  ASSERT_EQ(environment.status, 201) << environment.body;
}

void RunningDaemon::MakeCheckout() {
  const Reply flag = Post(std::string(kProject) + "/flags",
                          {{"key", "checkout"},
                           {"type", "boolean"},
                           {"visibility", "client"},
                           {"variants", {{{"key", "off"}, {"value", false}}, {{"key", "on"}, {"value", true}}}}});
  ASSERT_EQ(flag.status, 201) << flag.body;
  const Reply configuration =
      Put(std::string(kEnvironment) + "/flags/checkout",
          {{"enabled", true}, {"off_variant", "off"}, {"rules", {{{"id", "all"}, {"serve", {{"variant", "on"}}}}}}});
  ASSERT_EQ(configuration.status, 200) << configuration.body;
}

std::string RunningDaemon::MakeSdkKey(const std::string& kind, std::string* text, const json& more) {
  json body = {{"kind", kind}, {"name", "test"}};
  body.update(more);
  const Reply reply = Post(std::string(kEnvironment) + "/keys", body);
  EXPECT_EQ(reply.status, 201) << reply.body;
  const std::string key = reply.Json()["key"];
  if (text != nullptr) *text = key;
  return BearerOf(key);
}

std::string RunningDaemon::BearerOf(const std::string& key) {
  const size_t id = key.find("key_");
  return key.substr(id, key.find('.', id) - id) + key.substr(key.rfind('.'));
}

std::string RunningDaemon::MakeToken(const std::string& name, const json& bindings) const {
  const Reply reply = Post("/api/v1/tokens", {{"name", name}, {"bindings", bindings}});
  EXPECT_EQ(reply.status, 201) << reply.body;
  return reply.Json().value("token", "");
}

}  // namespace expt::testing
