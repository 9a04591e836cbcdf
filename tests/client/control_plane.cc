#include "tests/client/control_plane.h"

#include <zstd.h>

#include <array>
#include <span>
#include <thread>

#include "absl/strings/escaping.h"
#include "src/host/signed_file.h"
#include "src/model/builder.h"
#include "src/wire/envelope.h"
#include "src/wire/snapshot_codec.h"

namespace expt::test {
namespace {

using model::Builder;
using model::Index;
using model::kNone;

int64_t NowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

struct FlagSketch {
  const char* key;
  ValueType type;
  std::vector<std::pair<const char*, Index>> variants;
};

model::Flag& AddFlag(Builder& b, const FlagSketch& sketch) {
  model::Flag flag;
  flag.key = b.String(sketch.key);
  flag.type = sketch.type;
  flag.is_enabled = true;
  flag.visibility = model::Visibility::kServer;
  for (const auto& [key, value] : sketch.variants) {
    flag.variant_keys.push_back(b.String(key));
    flag.variant_values.push_back(value);
  }
  flag.default_serve = b.ServeVariant(0);
  b.snapshot().flags.push_back(std::move(flag));
  return b.snapshot().flags.back();
}

model::Snapshot Build(const Content& content) {
  Builder b;
  model::Snapshot& s = b.snapshot();
  s.project = b.Copy("shop");
  s.environment = b.Copy(content.environment);
  s.audience = Audience::kServer;
  s.epoch = content.epoch;
  s.version = content.version;
  s.issued_at_ms = NowMs();
  b.SetMemberListSalt("member-salt");
  const Index targeting_key = b.Attribute("targeting_key");
  b.SetAttribute("targeting_key", ValueType::kString, model::kUnitType);
  b.SetAttribute("company", ValueType::kString, model::kUnitType);
  b.SetAttribute("plan", ValueType::kString, model::kAnalytics);
  b.SetAttribute("email", ValueType::kString, model::kPrivate);
  const Index country = b.Attribute("country");
  b.SetAttribute("country", ValueType::kString, 0);

  const Index off_value = b.BooleanValue(false);
  const Index on_value = b.BooleanValue(true);
  model::Flag& checkout = AddFlag(b, {"new-checkout", ValueType::kBoolean, {{"off", off_value}, {"on", on_value}}});
  const std::array<std::string_view, 1> swiss = {"CH"};
  const Index is_swiss = b.Leaf(model::Operator::kIn, country, b.Strings(swiss));
  model::Rule rule;
  rule.id = b.String("swiss");
  rule.condition = is_swiss;
  rule.serve = b.ServeVariant(1);
  checkout.rules.push_back(b.AddRule(rule));
  checkout.off_variant = 0;

  AddFlag(b, {"page-size", ValueType::kInteger, {{"size", b.IntegerValue(content.page_size)}}});
  AddFlag(b, {"huge", ValueType::kInteger, {{"size", b.IntegerValue(5'000'000'000)}}});
  AddFlag(b, {"ratio", ValueType::kDouble, {{"quarter", b.DoubleValue(0.25)}}});
  AddFlag(b, {"greeting", ValueType::kString, {{"hello", b.StringValue("hello")}}});
  AddFlag(b, {"config", ValueType::kJson, {{"a", b.JsonValue(R"({"a":1})")}}});

  AddFlag(
      b,
      {"checkout-test", ValueType::kString, {{"control", b.StringValue("old")}, {"treatment", b.StringValue("new")}}});
  const auto test_row = static_cast<Index>(s.flags.size() - 1);
  model::Experiment experiment;
  experiment.key = b.String("checkout-test");
  experiment.id = b.String("exp_checkout");
  experiment.flag = test_row;
  experiment.status = model::ExperimentStatus::kRunning;
  experiment.phase = content.phase;
  experiment.start_ms = 1;
  experiment.bucketing = b.AddBucketing(targeting_key, content.salt);
  experiment.variants = {0, 1};
  experiment.weights = {500'000, 500'000};
  experiment.control = 0;
  experiment.is_sticky = true;
  s.experiments.push_back(std::move(experiment));
  model::Rule test_rule;
  test_rule.id = b.String("test");
  test_rule.serve = b.ServeExperiment(0);
  s.flags[test_row].rules.push_back(b.AddRule(test_rule));

  model::Flag& button = AddFlag(b, {"sticky-button", ValueType::kBoolean, {{"on", on_value}, {"off", off_value}}});
  button.off_variant = 1;
  model::Flag& payments = AddFlag(b, {"payments", ValueType::kBoolean, {{"on", on_value}, {"off", off_value}}});
  payments.off_variant = 1;
  payments.fail_closed = true;
  return b.Take();
}

wire::RootModel MakeRoot(int64_t version, const host::SecretKey& root, const host::SecretKey& head,
                         const host::SecretKey& snapshot) {
  wire::RootModel model;
  model.root_version = version;
  model.issued_at_ms = NowMs();
  model.expires_at_ms = NowMs() + int64_t{365} * 24 * 3'600'000;
  model.public_keys = {root.public_key(), head.public_key(), snapshot.public_key()};
  const auto role = [](wire::RoleKind kind, std::string environment, uint32_t key) {
    wire::Role made;
    made.kind = kind;
    made.environment = std::move(environment);
    made.keys = {key};
    return made;
  };
  model.roles = {role(wire::RoleKind::kRoot, "", 0), role(wire::RoleKind::kHead, kEnvironment, 1),
                 role(wire::RoleKind::kSnapshot, kEnvironment, 2), role(wire::RoleKind::kHead, "env_other", 1),
                 role(wire::RoleKind::kSnapshot, "env_other", 2)};
  model.epochs = {{kEnvironment, 1}, {"env_other", 1}};
  return model;
}

std::string SignRoot(const wire::RootModel& root, std::span<const host::SecretKey> keys) {
  return host::MakeSignedFile(wire::PayloadType::kRoot, wire::EncodeRoot(root), keys);
}

}  // namespace

std::string Hex(const Digest& digest) {
  std::string text;
  for (const uint8_t byte : digest) {
    char two[3];
    snprintf(two, sizeof two, "%02x", byte);
    text += two;
  }
  return text;
}

std::string Decompress(const std::string& body) {
  std::string plain(ZSTD_getFrameContentSize(body.data(), body.size()), '\0');
  const size_t size = ZSTD_decompress(plain.data(), plain.size(), body.data(), body.size());
  if (ZSTD_isError(size)) return "";
  plain.resize(size);
  return plain;
}

ControlPlane::ControlPlane()
    : root_key_(host::SecretKey::Generate()),
      head_key_(host::SecretKey::Generate()),
      snapshot_key_(host::SecretKey::Generate()),
      root_(MakeRoot(1, root_key_, head_key_, snapshot_key_)) {
  roots_.push_back(SignRoot(root_, std::span(&root_key_, 1)));
  head_.environment = kEnvironment;
  head_.audience = Audience::kServer;
  head_.root_version = 1;
  head_.epoch = 1;
  server_ = std::make_unique<HttpServer>([this](const HttpCall& call) { return Handle(call); });
}

ControlPlane::~ControlPlane() = default;

std::string ControlPlane::key(Audience audience) const {
  wire::SdkKey key;
  key.audience = audience;
  key.environment = kEnvironment;
  key.key_id = "k1";
  key.root_version = 1;
  key.root_digest = host::Sha256(roots_.front());
  key.secret = "secretsecretsecretsecret";
  return wire::FormatSdkKey(key);
}

ClientOptions ControlPlane::options() const {
  ClientOptions options;
  options.url = url();
  options.key = key();
  options.poll_interval = std::chrono::milliseconds(100);
  options.flush_interval = std::chrono::milliseconds(20);
  options.first_send_spread = std::chrono::milliseconds(0);
  options.retry_initial = std::chrono::milliseconds(20);
  options.retry_max = std::chrono::milliseconds(100);
  options.stream = false;
  return options;
}

SignedSnapshot ControlPlane::Sign(const Content& content) const { return Sign(content, snapshot_key_); }

SignedSnapshot ControlPlane::Sign(const Content& content, const host::SecretKey& key) const {
  SignedSnapshot snapshot;
  snapshot.file =
      host::MakeSignedFile(wire::PayloadType::kSnapshot, wire::EncodeSnapshot(Build(content)), std::span(&key, 1));
  const auto envelope = wire::ParseEnvelope(snapshot.file, wire::PayloadType::kSnapshot);
  snapshot.ref.version = content.version;
  snapshot.ref.digest = host::Sha256(envelope->payload);
  snapshot.ref.size_bytes = envelope->payload.size();
  return snapshot;
}

void ControlPlane::Publish(const Content& content) { Publish(Sign(content)); }

void ControlPlane::Publish(const SignedSnapshot& snapshot) {
  ServeSnapshot(snapshot, snapshot.file);
  ChangeHead([&](wire::HeadModel& head) { head.stable = snapshot.ref; });
}

void ControlPlane::ServeSnapshot(const SignedSnapshot& snapshot, std::string file) {
  const std::lock_guard guard(mutex_);
  snapshots_[Hex(snapshot.ref.digest)] = std::move(file);
}

void ControlPlane::ChangeHead(const std::function<void(wire::HeadModel&)>& change) {
  const std::lock_guard guard(mutex_);
  ++head_.head_number;
  head_.issued_at_ms = NowMs();
  head_.expires_at_ms = NowMs() + 900'000;
  change(head_);
  SignHeadLocked();
}

void ControlPlane::SignHead(const std::function<void(wire::HeadModel&)>& change) {
  const std::lock_guard guard(mutex_);
  change(head_);
  SignHeadLocked();
}

void ControlPlane::SignHeadLocked() {
  head_file_ = host::MakeSignedFile(wire::PayloadType::kHead, wire::EncodeHead(head_), std::span(&head_key_, 1));
  etag_ = "\"" + Hex(host::Sha256(head_file_)).substr(0, 16) + "\"";
}

void ControlPlane::SetHeadFile(std::string file, std::string etag) {
  const std::lock_guard guard(mutex_);
  head_file_ = std::move(file);
  etag_ = std::move(etag);
}

std::string ControlPlane::head_file() const {
  const std::lock_guard guard(mutex_);
  return head_file_;
}

void ControlPlane::RotateRoot(const std::function<void(wire::RootModel&)>& change) {
  const std::lock_guard guard(mutex_);
  const host::SecretKey old_key = root_key_;
  root_key_ = host::SecretKey::Generate();
  head_key_ = host::SecretKey::Generate();
  snapshot_key_ = host::SecretKey::Generate();
  root_ = MakeRoot(root_.root_version + 1, root_key_, head_key_, snapshot_key_);
  if (change) change(root_);
  const std::array<host::SecretKey, 2> signers = {old_key, root_key_};
  roots_.push_back(SignRoot(root_, signers));
  head_.root_version = root_.root_version;
}

std::vector<std::string> ControlPlane::roots() const {
  const std::lock_guard guard(mutex_);
  return roots_;
}

void ControlPlane::SetIntercept(Intercept intercept) {
  const std::lock_guard guard(mutex_);
  intercept_ = std::move(intercept);
}

void ControlPlane::SetJudge(Judge judge) {
  const std::lock_guard guard(mutex_);
  judge_ = std::move(judge);
}

int ControlPlane::Calls(const std::string& prefix) const {
  const std::lock_guard guard(mutex_);
  int count = 0;
  for (const auto& [target, calls] : calls_) {
    if (target.starts_with(prefix)) count += calls;
  }
  return count;
}

bool ControlPlane::WaitForCalls(const std::string& prefix, int more) const {
  const int before = Calls(prefix);
  return Eventually([&] { return Calls(prefix) >= before + more; });
}

std::vector<Upload> ControlPlane::uploads() const {
  const std::lock_guard guard(mutex_);
  return uploads_;
}

std::vector<wire::Event> ControlPlane::stored() const {
  const std::lock_guard guard(mutex_);
  return stored_;
}

void ControlPlane::SetSpoil(std::function<bool()> spoil) {
  const std::lock_guard guard(mutex_);
  spoil_ = std::move(spoil);
}

void ControlPlane::SetHold(std::shared_future<void> release) {
  const std::lock_guard guard(mutex_);
  hold_ = std::move(release);
}

void ControlPlane::SetStreaming(bool is_streaming) {
  const std::lock_guard guard(mutex_);
  is_streaming_ = is_streaming;
}

HttpAnswer ControlPlane::Stream(const HttpCall& call) {
  const auto known = call.headers.find("last-event-id");
  HttpAnswer answer;
  answer.headers["Content-Type"] = "text/event-stream";
  // Counts for as long as the server keeps the answer.
  ++streams_;
  const std::shared_ptr<void> open(nullptr, [this](void*) { --streams_; });
  answer.more = [this, open, sent = known == call.headers.end() ? "" : known->second](std::string& bytes) mutable {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const std::lock_guard guard(mutex_);
    const std::string id = std::to_string(head_.epoch) + "." + std::to_string(head_.head_number);
    if (id != sent && !head_file_.empty()) {
      bytes = ":\nretry: 20\nid: " + id + "\nevent: head\ndata: " + absl::Base64Escape(head_file_) + "\n\n";
      sent = id;
    } else {
      bytes = ":\n";
    }
    return is_streaming_;
  };
  return answer;
}

HttpAnswer ControlPlane::Handle(const HttpCall& call) {
  std::unique_lock lock(mutex_);
  if (hold_.has_value() && call.target == "/sdk/v1/events") {
    const std::shared_future<void> release = *hold_;
    ++held_;
    lock.unlock();
    release.wait();
    lock.lock();
  }
  ++calls_[call.target];
  if (intercept_) {
    if (std::optional<HttpAnswer> answer = intercept_(call)) return *std::move(answer);
  }
  constexpr std::string_view kRoot = "/sdk/v1/root/";
  constexpr std::string_view kSnapshots = "/sdk/v1/snapshots/";
  HttpAnswer answer;
  if (call.target.starts_with(kRoot)) {
    const size_t version = std::stoul(call.target.substr(kRoot.size()));
    if (version == 0 || version > roots_.size()) return {.status = 404, .headers = {}, .body = ""};
    answer.body = roots_[version - 1];
    return answer;
  }
  const auto authorization = call.headers.find("authorization");
  if (authorization == call.headers.end() || authorization->second != "Bearer k1.secretsecretsecretsecret") {
    return {.status = 401, .headers = {}, .body = ""};
  }
  if (call.target == "/sdk/v1/stream" && is_streaming_) return Stream(call);
  if (call.target == "/sdk/v1/head") {
    const auto tag = call.headers.find("if-none-match");
    answer.headers["ETag"] = etag_;
    if (tag != call.headers.end() && tag->second == etag_) {
      answer.status = 304;
    } else if (head_file_.empty()) {
      answer.status = 404;
    } else {
      answer.body = head_file_;
    }
    return answer;
  }
  if (call.target.starts_with(kSnapshots)) {
    const auto snapshot = snapshots_.find(call.target.substr(kSnapshots.size()));
    if (snapshot == snapshots_.end()) return {.status = 404, .headers = {}, .body = ""};
    answer.body = snapshot->second;
    return answer;
  }
  if (call.target == "/sdk/v1/events" && call.method == "POST") return HandleEvents(call);
  return {.status = 404, .headers = {}, .body = ""};
}

HttpAnswer ControlPlane::HandleEvents(const HttpCall& call) {
  const std::string plain = Decompress(call.body);
  const auto batch = wire::DecodeBatch(plain);
  if (!batch.ok()) return {.status = 400, .headers = {}, .body = std::string(batch.status().message())};
  Upload upload{.header = batch->header, .events = {}};
  wire::BatchReply reply;
  reply.received_at_ms = NowMs();
  for (const wire::Batch::Item& item : batch->items) {
    if (!item.event.ok()) {
      reply.rejections.push_back({.index = static_cast<uint32_t>(reply.results.size()),
                                  .code = "UNREADABLE",
                                  .text = std::string(item.event.status().message())});
      reply.results.push_back(wire::AckResult::kRejected);
      continue;
    }
    upload.events.push_back(*item.event);
    const std::optional<wire::AckResult> verdict = judge_ ? judge_(*item.event) : std::nullopt;
    wire::AckResult result = verdict.value_or(wire::AckResult::kStored);
    if (!verdict.has_value() && !ids_.insert(item.event->event_id).second) result = wire::AckResult::kDuplicate;
    if (result == wire::AckResult::kStored) stored_.push_back(*item.event);
    if (result == wire::AckResult::kRejected) {
      reply.rejections.push_back(
          {.index = static_cast<uint32_t>(reply.results.size()), .code = "TEST", .text = "refused by the test"});
    }
    reply.results.push_back(result);
  }
  uploads_.push_back(std::move(upload));
  if (spoil_ && spoil_()) return {.status = 502, .headers = {}, .body = ""};
  return {.status = 200, .headers = {{"Content-Type", "application/x-protobuf"}}, .body = wire::EncodeReply(reply)};
}

bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace expt::test
