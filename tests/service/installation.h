// A whole installation in a folder of its own: stores, service, keys, publisher, and documents to play with.
#ifndef EXPT_TESTS_SERVICE_INSTALLATION_H_
#define EXPT_TESTS_SERVICE_INSTALLATION_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "control-plane/publish/head_issuer.h"
#include "control-plane/publish/publisher.h"
#include "control-plane/publish/signing_keys.h"
#include "control-plane/service/service.h"
#include "control-plane/storage/blob_store.h"
#include "control-plane/storage/key_store.h"
#include "control-plane/storage/state_store.h"

namespace expt {

using nlohmann::json;

inline Time At(int64_t seconds) { return Time(std::chrono::seconds(seconds)); }

class Installation : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() / ("expt-service-" + std::to_string(getpid()) + "-" +
                                                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(directory_);
    Open();
  }
  void TearDown() override {
    Close();
    std::filesystem::remove_all(directory_);
  }

  void Close() {
    publisher_.reset();
    heads_.reset();
    signing_.reset();
    service_.reset();
    keys_.reset();
    blobs_.reset();
    state_.reset();
  }

  // As a start of the server does it.
  void Open() {
    Close();
    auto state = storage::StateStore::Open(directory_ / "state.db");
    ASSERT_TRUE(state.ok()) << state.status();
    state_ = *std::move(state);
    auto blobs = storage::BlobStore::Open(directory_ / "blobs");
    ASSERT_TRUE(blobs.ok()) << blobs.status();
    blobs_ = std::make_unique<storage::BlobStore>(*std::move(blobs));
    auto keys = storage::KeyStore::Open(directory_ / "keys");
    ASSERT_TRUE(keys.ok()) << keys.status();
    keys_ = std::make_unique<storage::KeyStore>(*std::move(keys));
    service_ = std::make_unique<service::Service>(*state_, *keys_);
    auto signing = publish::SigningKeys::OpenDev(*keys_, EnvironmentIds(), now_);
    ASSERT_TRUE(signing.ok()) << signing.status();
    signing_ = *std::move(signing);
    heads_ =
        std::make_unique<publish::HeadIssuer>(*state_, *signing_, publish::HeadOptions{.now = [this] { return now_; }});
    publisher_ = std::make_unique<publish::Publisher>(*state_, *blobs_, *signing_, *heads_);
  }

  std::vector<std::string> EnvironmentIds() {
    std::vector<std::string> ids;
    const auto environments = service_->Environments();
    EXPECT_TRUE(environments.ok());
    for (const auto& environment : *environments) ids.push_back(environment.id);
    return ids;
  }

  service::Call Caller() const { return {.actor = "token tok_test", .address = "127.0.0.1", .now = now_}; }

  // Project "shop" with environment "prod", which the Root names.
  void MakeShop() {
    ASSERT_TRUE(service_->CreateProject(Caller(), {{"key", "shop"}}).ok());
    MakeEnvironment("prod");
  }
  void MakeEnvironment(const std::string& key) {
    const auto made = service_->CreateEnvironment(Caller(), "shop", {{"key", key}});
    ASSERT_TRUE(made.ok());
    const absl::Status adopted = signing_->AdoptEnvironments(EnvironmentIds(), now_);
    ASSERT_TRUE(adopted.ok()) << adopted;
  }
  std::string ProdId() { return service_->FindEnvironment("shop", "prod")->id; }

  static service::Where In(const std::string& key = "") { return {"shop", "prod", key}; }

  service::Result<service::Versioned> Create(service::Kind kind, const json& body) {
    return service_->Create(Caller(), kind, In(), body);
  }
  service::Result<service::Versioned> Replace(service::Kind kind, const std::string& key, const json& body,
                                              std::optional<int64_t> revision = std::nullopt) {
    return service_->Replace(Caller(), kind, In(key), body, revision);
  }
  service::Result<service::Versioned> Configure(const std::string& flag, const json& body) {
    return service_->ReplaceConfiguration(Caller(), In(flag), body, std::nullopt);
  }

  // Fails the test with every problem when `result` is a fault.
  template <typename T>
  static T Value(service::Result<T> result) {
    if (result.ok()) return *std::move(result);
    std::string text = std::to_string(result.fault().status) + " " + result.fault().detail;
    for (const auto& problem : result.fault().errors) text += "\n  " + problem.pointer + ": " + problem.text;
    ADD_FAILURE() << text;
    return T();
  }

  // The problems of a fault, each as "pointer: text".
  template <typename T>
  static std::vector<std::string> ProblemsOf(const service::Result<T>& result) {
    std::vector<std::string> lines;
    if (result.ok()) return lines;
    for (const auto& problem : result.fault().errors) lines.push_back(problem.pointer + ": " + problem.text);
    return lines;
  }
  template <typename T>
  static int StatusOf(const service::Result<T>& result) {
    return result.ok() ? 200 : result.fault().status;
  }

  void MakeFlag(const std::string& key, const std::string& visibility = "server") {
    Value(Create(service::Kind::kFlag,
                 {{"key", key},
                  {"type", "boolean"},
                  {"visibility", visibility},
                  {"variants", {{{"key", "off"}, {"value", false}}, {{"key", "on"}, {"value", true}}}}}));
  }

  publish::PublishRequest RequestFor(const std::string& environment) {
    auto assembly = Value(service_->Assemble(Caller(), "shop", environment));
    publish::PublishRequest request;
    request.actor = "token tok_test";
    request.now = now_;
    request.environment_id = assembly.environment_id;
    request.state_revision = assembly.state_revision;
    request.server = std::move(assembly.server);
    request.client = std::move(assembly.client);
    return request;
  }
  publish::PublishOutcome Publish(const std::string& environment = "prod") {
    auto outcome = publisher_->Publish(RequestFor(environment));
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    if (!outcome.ok()) return {};
    for (const std::string& problem : outcome->problems) ADD_FAILURE() << problem;
    return *outcome;
  }

  // What a client of that audience would hold now.
  Snapshot Live(Audience audience) {
    const auto file = publisher_->LiveSnapshotFile(ProdId(), audience);
    EXPECT_TRUE(file.ok()) << file.status();
    const auto root = Root::Parse(*signing_->RootFile(signing_->root_version()));
    EXPECT_TRUE(root.ok()) << root.status();
    const auto snapshot =
        Snapshot::Parse(*file, {.root = *root, .environment = ProdId(), .audience = audience, .floor = {}});
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    return snapshot.ok() ? *snapshot : Snapshot();
  }

  std::filesystem::path directory_;
  Time now_ = At(1'900'000'000);
  std::unique_ptr<storage::StateStore> state_;
  std::unique_ptr<storage::BlobStore> blobs_;
  std::unique_ptr<storage::KeyStore> keys_;
  std::unique_ptr<service::Service> service_;
  std::unique_ptr<publish::SigningKeys> signing_;
  std::unique_ptr<publish::HeadIssuer> heads_;
  std::unique_ptr<publish::Publisher> publisher_;
};

}  // namespace expt

#endif  // EXPT_TESTS_SERVICE_INSTALLATION_H_
