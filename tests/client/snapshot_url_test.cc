// Snapshots from a web server that knows nothing but files: taken when they are the right ones, else exptd serves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "expt/client.h"
#include "tests/client/control_plane.h"
#include "tests/client/http_server.h"
#include "tests/client/lone_loader.h"

namespace expt {
namespace {

using namespace std::chrono_literals;
using test::ControlPlane;
using test::HttpAnswer;
using test::HttpCall;
using test::LoneLoader;
using test::SignedSnapshot;
using testing::HasSubstr;

// "/files/<name>" is the file of that name.
class FileServer {
 public:
  FileServer() : server_([this](const HttpCall& call) { return Handle(call); }) {}
  std::string url() const { return server_.url() + "/files/"; }
  void Put(const SignedSnapshot& snapshot, std::string file) {
    const std::lock_guard guard(mutex_);
    files_["/files/" + test::Hex(snapshot.ref.digest)] = std::move(file);
  }
  void Put(const SignedSnapshot& snapshot) { Put(snapshot, snapshot.file); }
  void SetAnswer(HttpAnswer answer) {
    const std::lock_guard guard(mutex_);
    answer_ = std::move(answer);
  }
  std::vector<HttpCall> calls() {
    const std::lock_guard guard(mutex_);
    return calls_;
  }

 private:
  HttpAnswer Handle(const HttpCall& call) {
    const std::lock_guard guard(mutex_);
    calls_.push_back(call);
    if (answer_.has_value()) return *answer_;
    const auto file = files_.find(call.target);
    if (file == files_.end()) return {.status = 404, .headers = {}, .body = "<html>nothing here</html>"};
    return {.status = 200, .headers = {}, .body = file->second};
  }

  std::mutex mutex_;
  std::map<std::string, std::string> files_;
  std::optional<HttpAnswer> answer_;
  std::vector<HttpCall> calls_;
  test::HttpServer server_;
};

class SnapshotUrl : public testing::Test {
 protected:
  ClientOptions Options() const {
    ClientOptions options = plane_.options();
    options.snapshot_url = files_.url();
    return options;
  }
  int AskedOfExptd() const { return plane_.Calls("/sdk/v1/snapshots/"); }
  // exptd serves what `snapshot_url` did not, and that is all that happened.
  void ExpectFallback() {
    LoneLoader process(Options());
    EXPECT_TRUE(process.ComesTo(2)) << process.Status().last_error;
    EXPECT_FALSE(files_.calls().empty());
    EXPECT_EQ(AskedOfExptd(), 1);
    EXPECT_EQ(process.Status().last_error, "");
    EXPECT_THAT(process.Status().conditions, testing::ElementsAre());
  }

  ControlPlane plane_;
  FileServer files_;
};

TEST_F(SnapshotUrl, IsAskedFirstAndWithoutTheKey) {
  const SignedSnapshot snapshot = plane_.Sign({.version = 2});
  files_.Put(snapshot);
  plane_.Publish(snapshot);
  LoneLoader process(Options());
  ASSERT_TRUE(process.ComesTo(2)) << process.Status().last_error;
  EXPECT_EQ(process.Status().source, ClientStatus::Source::kNetwork);
  EXPECT_EQ(AskedOfExptd(), 0);
  ASSERT_EQ(files_.calls().size(), 1u);
  EXPECT_EQ(files_.calls()[0].method, "GET");
  EXPECT_FALSE(files_.calls()[0].headers.contains("authorization"));
}

TEST_F(SnapshotUrl, WhatIsMissingThereComesFromExptd) {
  plane_.Publish({.version = 2});
  ExpectFallback();
}

TEST_F(SnapshotUrl, AServerInTroubleIsNoneOfTheClients) {
  for (const HttpAnswer& trouble : std::vector<HttpAnswer>{
           {.status = 500, .headers = {}, .body = ""},
           {.status = 302, .headers = {{"Location", plane_.url()}}, .body = ""},
           {.status = 200, .headers = {}, .body = "<html>please log in</html>"},
           {.status = 200, .headers = {}, .body = std::string(1u << 20, 'x')},
           {.status = 200, .headers = {}, .body = plane_.Sign({.version = 2}).file, .is_cut = true}}) {
    ControlPlane plane;
    plane.Publish({.version = 2});
    files_.SetAnswer(trouble);
    ClientOptions options = plane.options();
    options.snapshot_url = files_.url();
    LoneLoader process(options);
    EXPECT_TRUE(process.ComesTo(2)) << trouble.status;
    EXPECT_EQ(plane.Calls("/sdk/v1/snapshots/"), 1) << trouble.status;
  }
}

TEST_F(SnapshotUrl, OneThatDoesNotAnswerAtAllIsNoTroubleEither) {
  plane_.Publish({.version = 2});
  ClientOptions options = Options();
  options.snapshot_url = "http://127.0.0.1:1";  // nobody listens there
  LoneLoader process(options);
  EXPECT_TRUE(process.ComesTo(2)) << process.Status().last_error;
}

TEST_F(SnapshotUrl, AnotherSnapshotUnderTheDigestIsFoundOut) {
  const SignedSnapshot snapshot = plane_.Sign({.version = 2});
  plane_.Publish(snapshot);
  files_.Put(snapshot, plane_.Sign({.version = 3, .page_size = 51}).file);  // signed, and not what the Head names
  ClientOptions options = Options();
  std::string log;
  options.log = [&log](LogLevel, std::string_view text) { log += text; };
  LoneLoader process(options);
  ASSERT_TRUE(process.ComesTo(2)) << process.Status().last_error;
  EXPECT_EQ(process.Count(LoadCode::kDigestMismatch), 1u);
  EXPECT_THAT(log, HasSubstr("snapshot_url: snapshot v2: digest is not the one"));
  EXPECT_EQ(AskedOfExptd(), 1);
}

TEST_F(SnapshotUrl, ABrokenSignatureIsFoundOutAlthoughTheDigestIsRight) {
  const SignedSnapshot snapshot = plane_.Sign({.version = 2});
  plane_.Publish(snapshot);
  std::string file = snapshot.file;
  constexpr size_t kFirstSignature = 20 + 8;  // fixed header, key id
  file[kFirstSignature] = static_cast<char>(file[kFirstSignature] ^ 1);
  files_.Put(snapshot, file);
  ExpectFallback();
}

TEST_F(SnapshotUrl, WhatBothServeWronglyIsRefused) {
  plane_.Publish({.version = 1});
  LoneLoader process(Options());
  ASSERT_TRUE(process.ComesTo(1));
  const SignedSnapshot next = plane_.Sign({.version = 2});
  plane_.ServeSnapshot(next, "nothing of the kind");
  files_.Put(next, "nor this");
  plane_.ChangeHead([&](wire::HeadModel& head) { head.stable = next.ref; });
  ASSERT_TRUE(process.StepUntil([&] { return process.Is(ClientStatus::Condition::kRejected); }));
  EXPECT_EQ(process.version(), 1);
  EXPECT_EQ(process.Count(LoadCode::kBadEnvelope), 2u) << "each is counted";
}

TEST_F(SnapshotUrl, IsAnAddressLikeUrl) {
  for (const char* url : {"files.example.com", "http://cdn.example.com", "https://cdn.example.com/?token=1",
                          "https://user:pass@cdn.example.com"}) {
    ClientOptions options = plane_.options();
    options.snapshot_url = url;
    const absl::Status status = Client::Open(options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << url;
    EXPECT_THAT(std::string(status.message()), testing::StartsWith("snapshot_url: ")) << url;
  }
}

}  // namespace
}  // namespace expt
