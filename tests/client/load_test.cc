// How a client gets its snapshot, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "expt/client.h"
#include "tests/client/control_plane.h"

namespace expt {
namespace {

using namespace std::chrono_literals;
using test::Content;
using test::ControlPlane;
using test::Eventually;
using test::HttpAnswer;
using test::HttpCall;
using test::SignedSnapshot;

const Context kUser("user-42", {{"country", "CH"}});

// The wall clock, moved by a test. Time passes on its own, too.
class ShiftedClock final : public Clock {
 public:
  Time Now() override { return SystemClock()->Now() + shift_.load(); }
  std::chrono::milliseconds Monotonic() override { return SystemClock()->Monotonic() + shift_.load(); }
  void Shift(std::chrono::milliseconds by) { shift_ = by; }

 private:
  std::atomic<std::chrono::milliseconds> shift_{0ms};
};

std::optional<LoadCode> CodeOf(const Client& client) {
  const std::optional<LoadError> error = client.Status().last_load_error;
  return error.has_value() ? std::optional(error->code) : std::nullopt;
}

bool ComesToVersion(const Client& client, int64_t version) {
  return Eventually([&] { return client.Status().snapshot_version == version; });
}

// A client that serves version 1.
class Loading : public testing::Test {
 protected:
  Loading() { plane_.Publish({.version = 1, .page_size = 10}); }
  std::unique_ptr<Client> Open(ClientOptions options) {
    absl::StatusOr<Client> client = Client::Open(std::move(options));
    EXPECT_TRUE(client.ok()) << client.status();
    return std::make_unique<Client>(*std::move(client));
  }
  std::unique_ptr<Client> OpenReady() {
    auto client = Open(plane_.options());
    EXPECT_TRUE(client->Ready(10s)) << client->Status().last_error;
    return client;
  }
  // The bad thing happened, it is named, and nothing else changed.
  void ExpectRefused(const Client& client, LoadCode code) {
    EXPECT_TRUE(Eventually([&] { return CodeOf(client) == code; }))
        << "expected " << LoadCodeName(code) << ", last error: " << client.Status().last_error;
    EXPECT_EQ(client.Value("page-size", kUser, 0), 10);
    EXPECT_EQ(client.Status().snapshot_version, 1);
    EXPECT_NE(client.Status().last_error, "");
  }
  void ExpectRecovery(const Client& client, int64_t version) {
    plane_.Publish({.version = version, .page_size = 99});
    EXPECT_TRUE(ComesToVersion(client, version)) << client.Status().last_error;
    EXPECT_EQ(client.Value("page-size", kUser, 0), 99);
    EXPECT_TRUE(Eventually([&] { return client.Status().last_error.empty(); })) << client.Status().last_error;
    EXPECT_EQ(CodeOf(client), std::nullopt);
  }
  ControlPlane plane_;
};

TEST_F(Loading, BecomesReadyAndFresh) {
  const auto client = OpenReady();
  EXPECT_EQ(client->Value("page-size", kUser, 0), 10);
  const ClientStatus status = client->Status();
  EXPECT_EQ(status.state, ClientStatus::State::kFresh);
  EXPECT_EQ(status.environment, test::kEnvironment);
  EXPECT_EQ(status.snapshot_version, 1);
  EXPECT_EQ(status.last_error, "");
  EXPECT_EQ(client->Pin().version(), 1);
}

TEST_F(Loading, AnswersWithDefaultsBeforeAnythingCame) {
  plane_.SetIntercept([](const HttpCall&) { return HttpAnswer{.status = 503, .headers = {}, .body = ""}; });
  const auto client = Open(plane_.options());
  EXPECT_FALSE(client->Ready(1ms));
  EXPECT_EQ(client->Value("page-size", kUser, 7), 7);
  EXPECT_EQ(client->Decide("page-size", kUser).view().error, ErrorCode::kProviderNotReady);
  EXPECT_EQ(client->Status().state, ClientStatus::State::kNotReady);
  EXPECT_TRUE(Eventually([&] { return client->Status().last_error.find("503") != std::string::npos; }));
  plane_.SetIntercept(nullptr);
  EXPECT_TRUE(client->Ready(10s));
}

TEST_F(Loading, PicksUpANewVersion) {
  const auto client = OpenReady();
  plane_.Publish({.version = 2, .page_size = 20});
  EXPECT_TRUE(ComesToVersion(*client, 2));
  EXPECT_EQ(client->Value("page-size", kUser, 0), 20);
}

TEST_F(Loading, PollsWithTheETagAndFetchesASnapshotOnce) {
  std::atomic<int> conditional{0};
  plane_.SetIntercept([&](const HttpCall& call) -> std::optional<HttpAnswer> {
    if (call.headers.contains("if-none-match")) ++conditional;
    return std::nullopt;
  });
  const auto client = OpenReady();
  EXPECT_TRUE(Eventually([&] { return conditional.load() >= 3; }));
  EXPECT_EQ(plane_.Calls("/sdk/v1/snapshots/"), 1);
  EXPECT_EQ(plane_.Calls("/sdk/v1/root/"), 1);
  EXPECT_EQ(client->Status().last_error, "");
}

TEST_F(Loading, RefusesATamperedSnapshotAndLeavesItAlone) {
  const auto client = OpenReady();
  const SignedSnapshot next = plane_.Sign({.version = 2, .page_size = 20});
  std::string tampered = next.file;
  tampered.back() = static_cast<char>(tampered.back() ^ 1);
  plane_.ServeSnapshot(next, tampered);
  plane_.ChangeHead([&](wire::HeadModel& head) { head.stable = next.ref; });
  ExpectRefused(*client, LoadCode::kDigestMismatch);
  const int fetched = plane_.Calls("/sdk/v1/snapshots/");
  EXPECT_TRUE(plane_.WaitForCalls("/sdk/v1/head", 3));
  EXPECT_EQ(plane_.Calls("/sdk/v1/snapshots/"), fetched);
  EXPECT_EQ(CodeOf(*client), LoadCode::kDigestMismatch);
  ExpectRecovery(*client, 3);
}

TEST_F(Loading, RefusesASnapshotSignedByAnUnknownKey) {
  const auto client = OpenReady();
  plane_.Publish(plane_.Sign({.version = 2, .page_size = 20}, host::SecretKey::Generate()));
  ExpectRefused(*client, LoadCode::kUnknownKey);
  ExpectRecovery(*client, 3);
}

TEST_F(Loading, RefusesASnapshotWhoseSignatureIsBroken) {
  const auto client = OpenReady();
  SignedSnapshot next = plane_.Sign({.version = 2, .page_size = 20});
  constexpr size_t kFirstSignature = 20 + 8;  // fixed header, key id
  next.file[kFirstSignature] = static_cast<char>(next.file[kFirstSignature] ^ 1);
  plane_.Publish(next);
  ExpectRefused(*client, LoadCode::kBadSignature);
  ExpectRecovery(*client, 3);
}

TEST_F(Loading, RefusesASnapshotOfAnotherEnvironment) {
  const auto client = OpenReady();
  plane_.Publish({.version = 2, .page_size = 20, .environment = "env_other"});
  ExpectRefused(*client, LoadCode::kWrongEnvironment);
  ExpectRecovery(*client, 3);
}

TEST_F(Loading, RefusesAHeadThatNamesAnOlderSnapshot) {
  plane_.Publish({.version = 5, .page_size = 10});
  auto client = OpenReady();
  EXPECT_TRUE(ComesToVersion(*client, 5));
  plane_.Publish({.version = 4, .page_size = 20});
  EXPECT_TRUE(Eventually([&] { return CodeOf(*client) == LoadCode::kRollback; }));
  EXPECT_EQ(client->Value("page-size", kUser, 0), 10);
  ExpectRecovery(*client, 6);
}

TEST_F(Loading, RefusesAnotherSnapshotUnderTheSameVersion) {
  const auto client = OpenReady();
  plane_.Publish({.version = 1, .page_size = 20});
  ExpectRefused(*client, LoadCode::kEquivocation);
  ExpectRecovery(*client, 2);
}

TEST_F(Loading, RefusesAnOlderHead) {
  const std::string old_head = plane_.head_file();
  plane_.Publish({.version = 2, .page_size = 20});
  const auto client = OpenReady();
  EXPECT_TRUE(ComesToVersion(*client, 2));
  plane_.SetHeadFile(old_head, "\"old\"");
  EXPECT_TRUE(Eventually([&] { return CodeOf(*client) == LoadCode::kRollback; })) << client->Status().last_error;
  EXPECT_EQ(client->Value("page-size", kUser, 0), 20);
}

TEST_F(Loading, RefusesAnotherHeadUnderTheSameNumber) {
  const auto client = OpenReady();
  plane_.SignHead([](wire::HeadModel& head) { head.emergency_off = {"new-checkout"}; });
  ExpectRefused(*client, LoadCode::kEquivocation);
  EXPECT_TRUE(client->Enabled("new-checkout", kUser));
}

TEST_F(Loading, RefusesAnExpiredHead) {
  const auto client = OpenReady();
  const SignedSnapshot next = plane_.Sign({.version = 2, .page_size = 20});
  plane_.ServeSnapshot(next, next.file);
  plane_.ChangeHead([&](wire::HeadModel& head) {
    head.stable = next.ref;
    head.expires_at_ms = 1'000;
  });
  ExpectRefused(*client, LoadCode::kHeadExpired);
  EXPECT_EQ(plane_.Calls("/sdk/v1/snapshots/"), 1);
  ExpectRecovery(*client, 3);
}

TEST_F(Loading, BecomesStaleWhenTheSameHeadIsServedAfterItsEnd) {
  const auto clock = std::make_shared<ShiftedClock>();
  ClientOptions options = plane_.options();
  options.clock = clock;
  const auto client = Open(std::move(options));
  ASSERT_TRUE(client->Ready(10s));
  EXPECT_EQ(client->Status().state, ClientStatus::State::kFresh);
  clock->Shift(16min);
  EXPECT_TRUE(Eventually([&] { return CodeOf(*client) == LoadCode::kHeadExpired; })) << client->Status().last_error;
  EXPECT_EQ(client->Status().state, ClientStatus::State::kStale);
  EXPECT_GE(client->Status().age, 15min);
  clock->Shift(25h);
  EXPECT_EQ(client->Status().state, ClientStatus::State::kVeryStale);
  EXPECT_EQ(client->Value("page-size", kUser, 0), 10) << "staleness never takes decisions away";
}

TEST_F(Loading, RefusesARootThatIsNotThePinnedOne) {
  ControlPlane other;
  other.Publish({.version = 7, .page_size = 70});
  ClientOptions options = other.options();
  options.key = plane_.key();
  const auto client = Open(std::move(options));
  EXPECT_TRUE(Eventually([&] { return CodeOf(*client) == LoadCode::kDigestMismatch; }));
  EXPECT_FALSE(client->Ready(1ms));
  EXPECT_EQ(other.Calls("/sdk/v1/head"), 0) << "nothing is asked of a server that cannot be believed";
}

TEST_F(Loading, TrustsTheRootBytesOfTheOptionsInsteadOfThePin) {
  ControlPlane other;
  other.Publish({.version = 7, .page_size = 70});
  ClientOptions options = other.options();
  options.key = plane_.key();
  options.root = other.root_file();
  const auto client = Open(std::move(options));
  EXPECT_TRUE(client->Ready(10s)) << client->Status().last_error;
  EXPECT_EQ(other.Calls("/sdk/v1/root/"), 0);
}

TEST_F(Loading, FollowsARootThatTheOldOneSigned) {
  const auto client = OpenReady();
  plane_.RotateRoot();
  plane_.RotateRoot();
  ExpectRecovery(*client, 2);
}

TEST_F(Loading, RefusesARootThatTheOldOneDidNotSign) {
  ControlPlane stranger;
  stranger.RotateRoot();
  const std::string foreign = stranger.roots().at(1);
  const auto client = OpenReady();
  plane_.SetIntercept([foreign](const HttpCall& call) -> std::optional<HttpAnswer> {
    if (call.target != "/sdk/v1/root/2") return std::nullopt;
    return HttpAnswer{.status = 200, .headers = {}, .body = foreign};
  });
  plane_.RotateRoot();
  plane_.Publish({.version = 2, .page_size = 20});
  ExpectRefused(*client, LoadCode::kUnknownKey);
  plane_.SetIntercept(nullptr);
  ExpectRecovery(*client, 3);
}

TEST_F(Loading, KeepsServingThroughEveryKindOfServerTrouble) {
  const auto client = OpenReady();
  const std::vector<HttpAnswer> troubles = {
      {.status = 500, .headers = {}, .body = "oops"},
      {.status = 401, .headers = {}, .body = ""},
      {.status = 403, .headers = {}, .body = ""},
      {.status = 404, .headers = {}, .body = ""},
      {.status = 429, .headers = {{"Retry-After", "0"}}, .body = ""},
      {.status = 302, .headers = {{"Location", "/elsewhere"}}, .body = ""},
      {.status = 200, .headers = {}, .body = "<html>please log in</html>"},
      {.status = 200, .headers = {}, .body = ""},
      {.status = 200, .headers = {}, .body = std::string(100'000, 'x')},
      {.status = 200, .headers = {}, .body = plane_.head_file(), .is_cut = true},
  };
  for (const HttpAnswer& trouble : troubles) {
    plane_.SetIntercept([&](const HttpCall&) { return trouble; });
    EXPECT_TRUE(plane_.WaitForCalls("/sdk/v1/head", 2));
    EXPECT_TRUE(Eventually([&] { return !client->Status().last_error.empty(); })) << trouble.status;
    EXPECT_EQ(client->Value("page-size", kUser, 0), 10);
  }
  plane_.SetIntercept(nullptr);
  ExpectRecovery(*client, 2);
}

TEST_F(Loading, HonoursRetryAfter) {
  const auto client = OpenReady();
  plane_.SetIntercept([](const HttpCall&) {
    return HttpAnswer{.status = 503, .headers = {{"Retry-After", "3600"}}, .body = ""};
  });
  EXPECT_TRUE(plane_.WaitForCalls("/sdk/v1/head", 1));
  EXPECT_TRUE(Eventually([&] { return !client->Status().last_error.empty(); }));
  const int calls = plane_.Calls("/sdk/v1/head");
  // An event wakes the background thread and is tried at once; the Head waits its hour.
  ASSERT_TRUE(client->Track("woke", kUser).accepted());
  EXPECT_TRUE(Eventually([&] { return plane_.Calls("/sdk/v1/events") > 0; }));
  EXPECT_EQ(plane_.Calls("/sdk/v1/head"), calls);
}

TEST_F(Loading, NeverShowsItsSecret) {
  std::mutex mutex;
  std::string log;
  plane_.SetIntercept([](const HttpCall&) { return HttpAnswer{.status = 401, .headers = {}, .body = ""}; });
  ClientOptions options = plane_.options();
  options.log = [&](LogLevel, std::string_view text) {
    const std::lock_guard guard(mutex);
    log += text;
  };
  const auto client = Open(std::move(options));
  EXPECT_TRUE(plane_.WaitForCalls("/sdk/v1/", 2));
  EXPECT_TRUE(Eventually([&] { return !client->Status().last_error.empty(); }));
  ASSERT_TRUE(client->Close(1s).ok());
  EXPECT_NE(log, "");
  EXPECT_EQ(log.find("secretsecret"), std::string::npos);
  EXPECT_EQ(client->Status().last_error.find("secretsecret"), std::string::npos);
}

TEST_F(Loading, EmergencyOffServesTheOffVariantUntilItIsLifted) {
  const auto client = OpenReady();
  EXPECT_TRUE(client->Enabled("sticky-button", kUser));
  plane_.ChangeHead([](wire::HeadModel& head) { head.emergency_off = {"sticky-button", "no-such-flag"}; });
  EXPECT_TRUE(Eventually([&] { return !client->Enabled("sticky-button", kUser); }));
  EXPECT_EQ(client->Decide("sticky-button", kUser).view().reason, Reason::kDisabled);
  EXPECT_EQ(client->Value("page-size", kUser, 0), 10);
  EXPECT_EQ(plane_.Calls("/sdk/v1/snapshots/"), 1);
  // It holds for a new snapshot, too.
  plane_.Publish({.version = 2, .page_size = 20});
  EXPECT_TRUE(ComesToVersion(*client, 2));
  EXPECT_FALSE(client->Enabled("sticky-button", kUser));
  plane_.ChangeHead([](wire::HeadModel& head) { head.emergency_off.clear(); });
  EXPECT_TRUE(Eventually([&] { return client->Enabled("sticky-button", kUser); }));
}

TEST_F(Loading, OpenRefusesWrongOptionsAndSaysWhichOne) {
  const auto expect_refused = [&](const std::function<void(ClientOptions&)>& change, const std::string& text) {
    ClientOptions options = plane_.options();
    change(options);
    const absl::Status status = Client::Open(std::move(options)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(text));
    EXPECT_THAT(std::string(status.message()), testing::Not(testing::HasSubstr("secretsecret")));
  };
  expect_refused([](ClientOptions& o) { o.url = "http://flags.example.com"; }, "url");
  expect_refused([](ClientOptions& o) { o.url = ""; }, "url");
  expect_refused([](ClientOptions& o) { o.key = "expt1.srv.env"; }, "key");
  expect_refused([](ClientOptions& o) { o.key = ""; }, "key");
  expect_refused([](ClientOptions& o) { o.expected_environment = "env_other"; }, "env_other");
  expect_refused([](ClientOptions& o) { o.root = "junk"; }, "root");
  expect_refused([](ClientOptions& o) { o.poll_interval = 99ms; }, "poll_interval");
  expect_refused([](ClientOptions& o) { o.batch_events = 501; }, "batch_events");
  expect_refused([](ClientOptions& o) { o.batch_events = 0; }, "batch_events");
  expect_refused([](ClientOptions& o) { o.sdk = std::string(65, 's'); }, "sdk");
  expect_refused([](ClientOptions& o) { o.retry_max = 1ms; }, "retry_max");
}

}  // namespace
}  // namespace expt
