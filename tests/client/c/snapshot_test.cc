// Roots and snapshots of expt/c.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "tests/client/c/signed_definitions.h"

namespace expt::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

const char kDefinitions[] = R"({
  "project": "shop", "environment": "env_web", "version": 7, "epoch": 1, "issued_at_ms": 1700000000000,
  "flags": [
    {"key": "size", "type": "integer", "variants": [{"key": "s", "value": 50}], "default_serve": {"variant": "s"}},
    {"key": "button", "type": "boolean", "variants": [{"key": "on", "value": true}, {"key": "off", "value": false}],
     "off_variant": "off", "fail_closed": true, "default_serve": {"variant": "on"},
     "rules": [{"id": "r", "condition": {"all": [{"attribute": "plan", "operator": "is_set"},
                                                 {"attribute": "country", "operator": "is_set"}]},
                "serve": {"variant": "off"}}]},
    {"key": "broken", "type": "boolean", "variants": [{"key": "on", "value": true}], "required_features": ["x"],
     "default_serve": {"variant": "on"}},
    {"key": "out", "type": "string", "enabled": false, "variants": [{"key": "a", "value": "A"}],
     "default_serve": {"variant": "a"}}]})";

std::string ReadVector(const std::string& name) {
  std::ifstream in(EXPT_SOURCE_DIR "/tests/vectors/wire/" + name, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// What parsing yields, with its error.
struct Parsed {
  expt_code code = EXPT_OK;
  CSnapshot snapshot;
  CError error;
  std::string message() const { return Str(expt_error_message(error.get())); }
};

Parsed Parse(const std::string& bytes, const expt_trust& trust) {
  expt_snapshot* snapshot = nullptr;
  expt_error* error = nullptr;
  Parsed parsed;
  parsed.code = expt_snapshot_parse(bytes.data(), bytes.size(), &trust, &snapshot, &error);
  parsed.snapshot.reset(snapshot);
  parsed.error.reset(error);
  EXPECT_EQ(parsed.code == EXPT_OK, parsed.snapshot != nullptr);
  EXPECT_EQ(parsed.code, expt_error_code_of(error));
  return parsed;
}

class CSnapshots : public testing::Test {
 protected:
  CSnapshots() : files_(Sign(json::parse(kDefinitions))), root_(LoadRoot(files_.root)), trust_(Sized<expt_trust>()) {
    trust_.root = root_.get();
    snapshot_ = Parse(files_.snapshot, trust_).snapshot;
  }

  SignedDefinitions files_;
  CRoot root_;
  expt_trust trust_;
  CSnapshot snapshot_;
};

TEST_F(CSnapshots, SayWhatTheyAre) {
  auto view = Sized<expt_snapshot_view>();
  ASSERT_EQ(expt_snapshot_read(snapshot_.get(), &view), EXPT_OK);
  EXPECT_TRUE(view.is_ready);
  EXPECT_EQ(Str(view.project), "shop");
  EXPECT_EQ(Str(view.environment), "env_web");
  EXPECT_EQ(view.version, 7);
  EXPECT_EQ(view.epoch, 1);
  EXPECT_EQ(view.issued_at_ms, 1'700'000'000'000);
  EXPECT_EQ(view.audience, EXPT_AUDIENCE_SERVER);
  EXPECT_EQ(view.flag_count, 4u);
  ASSERT_EQ(view.warning_count, 1u);
  EXPECT_NE(view.digest, nullptr);
  expt_string warning{};
  EXPECT_EQ(expt_snapshot_warning(snapshot_.get(), 0, &warning), EXPT_OK);
  EXPECT_THAT(Str(warning), HasSubstr("flag \"broken\""));
  EXPECT_EQ(expt_snapshot_warning(snapshot_.get(), 1, &warning), EXPT_NOT_FOUND);
}

TEST_F(CSnapshots, ListTheirFlags) {
  std::vector<std::string> flags;
  auto view = Sized<expt_flag_view>();
  for (size_t i = 0; expt_snapshot_flag(snapshot_.get(), i, &view) == EXPT_OK; ++i) {
    flags.push_back(Str(view.key) + " " + Str(expt_value_type_name(view.type)) + (view.is_enabled ? "" : " disabled") +
                    (view.is_broken ? " broken" : ""));
  }
  EXPECT_THAT(flags, ElementsAre("size integer", "button boolean", "broken boolean broken", "out string disabled"));
  EXPECT_EQ(expt_snapshot_flag(snapshot_.get(), SIZE_MAX, &view), EXPT_NOT_FOUND);
}

TEST_F(CSnapshots, NameTheAttributesThatAFlagReads) {
  expt_string names[3] = {};
  EXPECT_EQ(expt_snapshot_required_attributes(snapshot_.get(), expt_str("button"), names, 3), 2u);
  EXPECT_EQ(Str(names[0]), "country");
  EXPECT_EQ(Str(names[1]), "plan");
  names[0] = {};
  names[1] = {};
  EXPECT_EQ(expt_snapshot_required_attributes(snapshot_.get(), expt_str("button"), names, 1), 2u);
  EXPECT_EQ(Str(names[0]), "country");
  EXPECT_EQ(names[1].data, nullptr) << "beyond the capacity";
  EXPECT_EQ(expt_snapshot_required_attributes(snapshot_.get(), expt_str("button"), nullptr, 3), 2u);
  EXPECT_EQ(expt_snapshot_required_attributes(snapshot_.get(), expt_str("size"), names, 3), 0u);
  EXPECT_EQ(expt_snapshot_required_attributes(snapshot_.get(), expt_str("nobody"), names, 3), 0u);
  EXPECT_EQ(expt_snapshot_required_attributes(snapshot_.get(), kNullText, names, 3), 0u);
  EXPECT_EQ(expt_snapshot_required_attributes(nullptr, expt_str("size"), names, 3), 0u);
}

TEST_F(CSnapshots, AreCheckedAgainstWhatIsTrusted) {
  trust_.environment = expt_str("env_web");
  trust_.audience = EXPT_AUDIENCE_SERVER;
  trust_.floor_epoch = 1;
  trust_.floor_version = 7;
  EXPECT_EQ(Parse(files_.snapshot, trust_).code, EXPT_OK);

  trust_.environment = expt_str("env_other");
  Parsed parsed = Parse(files_.snapshot, trust_);
  EXPECT_EQ(parsed.code, EXPT_PERMISSION_DENIED);
  trust_.environment = {};

  trust_.audience = EXPT_AUDIENCE_CLIENT;
  parsed = Parse(files_.snapshot, trust_);
  EXPECT_EQ(parsed.code, EXPT_PERMISSION_DENIED);
  EXPECT_EQ(expt_error_load_code(parsed.error.get()), EXPT_LOAD_WRONG_ENVIRONMENT);
  trust_.audience = EXPT_AUDIENCE_ANY;

  trust_.floor_version = 8;
  parsed = Parse(files_.snapshot, trust_);
  EXPECT_EQ(parsed.code, EXPT_FAILED_PRECONDITION);
  EXPECT_EQ(expt_error_load_code(parsed.error.get()), EXPT_LOAD_ROLLBACK);
  EXPECT_GT(expt_error_load_step(parsed.error.get()), 0);

  trust_.floor_version = 7;
  const uint8_t digest[32] = {1};
  trust_.floor_digest = digest;
  parsed = Parse(files_.snapshot, trust_);
  EXPECT_EQ(expt_error_load_code(parsed.error.get()), EXPT_LOAD_EQUIVOCATION) << parsed.message();
  auto view = Sized<expt_snapshot_view>();
  expt_snapshot_read(snapshot_.get(), &view);
  trust_.floor_digest = view.digest;
  EXPECT_EQ(Parse(files_.snapshot, trust_).code, EXPT_OK);

  trust_ = Sized<expt_trust>();
  EXPECT_EQ(expt_error_load_code(Parse(files_.snapshot, trust_).error.get()), EXPT_LOAD_UNKNOWN_KEY) << "no Root";
}

TEST_F(CSnapshots, SayAtWhichStepAFileFails) {
  Parsed parsed = Parse("something else", trust_);
  EXPECT_EQ(parsed.code, EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_error_load_step(parsed.error.get()), 2);
  EXPECT_EQ(expt_error_load_code(parsed.error.get()), EXPT_LOAD_BAD_ENVELOPE);
  EXPECT_FALSE(parsed.message().empty());
  std::string damaged = files_.snapshot;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  EXPECT_NE(Parse(damaged, trust_).code, EXPT_OK);
  const json twice = {{"flags", {json::parse(kDefinitions)["flags"][0], json::parse(kDefinitions)["flags"][0]}}};
  const SignedDefinitions refused = Sign(twice);
  const CRoot root = LoadRoot(refused.root);
  trust_.root = root.get();
  EXPECT_EQ(expt_error_load_code(Parse(refused.snapshot, trust_).error.get()), EXPT_LOAD_BAD_CONTENT);
}

TEST_F(CSnapshots, AreRefusedForAWrongCall) {
  expt_snapshot* snapshot = nullptr;
  expt_error* error = nullptr;
  const auto refused = [&](const void* bytes, size_t size, const expt_trust* trust, const char* what) {
    EXPECT_EQ(expt_snapshot_parse(bytes, size, trust, nullptr, nullptr), EXPT_INVALID_ARGUMENT);
    EXPECT_EQ(expt_snapshot_parse(bytes, size, trust, &snapshot, nullptr), EXPT_INVALID_ARGUMENT);
    EXPECT_EQ(expt_snapshot_parse(bytes, size, trust, &snapshot, &error), EXPT_INVALID_ARGUMENT);
    EXPECT_EQ(snapshot, nullptr);
    EXPECT_THAT(Str(expt_error_message(error)), HasSubstr(what));
    EXPECT_EQ(expt_error_load_step(error), 0);
    expt_error_free(error);
  };
  const std::string& file = files_.snapshot;
  refused(nullptr, 10, &trust_, "bytes");
  refused(file.data(), SIZE_MAX, &trust_, "bytes");
  refused(file.data(), file.size(), nullptr, "trust");
  trust_.audience = 3;
  refused(file.data(), file.size(), &trust_, "audience");
  trust_.audience = EXPT_AUDIENCE_ANY;
  trust_.environment = kNullText;
  refused(file.data(), file.size(), &trust_, "environment");
  trust_.environment = {};
  for (const size_t size : {size_t{0}, sizeof trust_ - 1, SIZE_MAX}) {
    trust_.struct_size = size;
    refused(file.data(), file.size(), &trust_, "struct_size");
  }
  EXPECT_EQ(expt_snapshot_parse(nullptr, 0, nullptr, nullptr, &error), EXPT_INVALID_ARGUMENT);
  EXPECT_THAT(Str(expt_error_message(error)), HasSubstr("snapshot"));
  expt_error_free(error);
}

// A caller that was compiled with a later header.
struct LaterTrust {
  expt_trust known;
  int64_t unknown;
};

TEST_F(CSnapshots, TakeALargerStructWhoseNewFieldsAreZero) {
  LaterTrust later{trust_, 0};
  later.known.struct_size = sizeof later;
  EXPECT_EQ(Parse(files_.snapshot, later.known).code, EXPT_OK);
  later.unknown = 1;
  const Parsed parsed = Parse(files_.snapshot, later.known);
  EXPECT_EQ(parsed.code, EXPT_UNIMPLEMENTED);
  EXPECT_THAT(parsed.message(), HasSubstr("trust"));
}

TEST_F(CSnapshots, WriteNoMoreThanTheCallersStruct) {
  struct {
    expt_snapshot_view known;
    int64_t unknown;
    int64_t beyond;
  } later{{}, 5, 6};
  later.known.struct_size = sizeof later.known + sizeof later.unknown;
  EXPECT_EQ(expt_snapshot_read(snapshot_.get(), &later.known), EXPT_OK);
  EXPECT_EQ(later.known.struct_size, sizeof later.known + sizeof later.unknown);
  EXPECT_EQ(later.known.version, 7);
  EXPECT_EQ(later.unknown, 0) << "what the library does not know is zero";
  EXPECT_EQ(later.beyond, 6);
  later.known.struct_size = sizeof later.known - 1;
  EXPECT_EQ(expt_snapshot_read(snapshot_.get(), &later.known), EXPT_INVALID_ARGUMENT);
}

TEST_F(CSnapshots, ReadersAnswerWrongCallsByACode) {
  auto view = Sized<expt_snapshot_view>();
  auto flag = Sized<expt_flag_view>();
  expt_string warning{};
  EXPECT_EQ(expt_snapshot_read(nullptr, &view), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_snapshot_read(snapshot_.get(), nullptr), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_snapshot_warning(nullptr, 0, &warning), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_snapshot_warning(snapshot_.get(), 0, nullptr), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_snapshot_flag(nullptr, 0, &flag), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_snapshot_flag(snapshot_.get(), 0, nullptr), EXPT_INVALID_ARGUMENT);
  flag.struct_size = 0;
  EXPECT_EQ(expt_snapshot_flag(snapshot_.get(), 0, &flag), EXPT_INVALID_ARGUMENT);
  expt_snapshot_free(nullptr);
}

TEST_F(CSnapshots, AreCoveredByAnOverlay) {
  const CContext context(expt_context_new());
  const CDecision decision(expt_decision_new());
  const auto input = Sized<expt_input>();
  auto overlay = Sized<expt_overlay>();
  const auto decide = [&](const char* key) {
    expt_snapshot* covered = nullptr;
    EXPECT_EQ(expt_snapshot_with(snapshot_.get(), &overlay, &covered), EXPT_OK);
    expt_snapshot_decide(covered, expt_str(key), context.get(), &input, EXPT_TYPE_MISSING, decision.get());
    expt_snapshot_free(covered);
    return Read(decision);
  };
  EXPECT_EQ(decide("button").reason, EXPT_REASON_DEFAULT);
  const expt_string off[] = {expt_str("nobody"), expt_str("button")};
  overlay.emergency_off = off;
  overlay.emergency_off_count = 2;
  EXPECT_EQ(decide("button").reason, EXPT_REASON_DISABLED);
  EXPECT_EQ(Str(decide("button").variant), "off");
  overlay = Sized<expt_overlay>();
  overlay.stale = EXPT_STALE_DEFAULTS;
  EXPECT_EQ(decide("size").reason, EXPT_REASON_STALE);
  EXPECT_EQ(decide("size").value.type, EXPT_TYPE_MISSING);
  overlay.stale = EXPT_STALE_FAIL_CLOSED;
  EXPECT_EQ(decide("size").reason, EXPT_REASON_STATIC);
  EXPECT_EQ(decide("button").reason, EXPT_REASON_STALE);
}

TEST_F(CSnapshots, RefuseAWrongOverlay) {
  auto overlay = Sized<expt_overlay>();
  expt_snapshot* covered = nullptr;
  const auto refused = [&] {
    return expt_snapshot_with(snapshot_.get(), &overlay, &covered) == EXPT_INVALID_ARGUMENT && covered == nullptr;
  };
  EXPECT_EQ(expt_snapshot_with(nullptr, &overlay, &covered), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_snapshot_with(snapshot_.get(), nullptr, &covered), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_snapshot_with(snapshot_.get(), &overlay, nullptr), EXPT_INVALID_ARGUMENT);
  overlay.stale = 3;
  EXPECT_TRUE(refused());
  overlay.stale = EXPT_STALE_KEEP;
  overlay.emergency_off_count = 1;
  EXPECT_TRUE(refused());
  overlay.emergency_off = &kNullText;
  EXPECT_TRUE(refused());
  overlay.emergency_off_count = SIZE_MAX;
  EXPECT_TRUE(refused());
}

TEST(CRoots, ArePinned) {
  const std::string file = ReadVector("root_1.exs1");
  const json index = json::parse(ReadVector("index.json"));
  uint8_t pin[32] = {};
  for (const json& entry : index.at("files")) {
    if (entry.at("file") != "root_1.exs1") continue;
    const std::string digits = entry.at("sha256");
    for (size_t i = 0; i < sizeof pin; ++i)
      pin[i] = static_cast<uint8_t>(std::stoi(digits.substr(2 * i, 2), nullptr, 16));
  }
  expt_root* root = nullptr;
  ASSERT_EQ(expt_root_parse(file.data(), file.size(), pin, &root, nullptr), EXPT_OK);
  const CRoot held(root);
  EXPECT_EQ(expt_root_version(root), 1);
  expt_string ids[8] = {};
  const size_t count = expt_root_environments(root, ids, 8);
  EXPECT_GE(count, 1u);
  EXPECT_EQ(Str(ids[0]).rfind("env", 0), 0u) << Str(ids[0]);
  EXPECT_EQ(expt_root_environments(root, nullptr, 8), count);

  pin[0] ^= 1;
  expt_error* error = nullptr;
  EXPECT_EQ(expt_root_parse(file.data(), file.size(), pin, &root, &error), EXPT_DATA_LOSS);
  EXPECT_EQ(root, nullptr);
  EXPECT_EQ(expt_error_load_code(error), EXPT_LOAD_DIGEST_MISMATCH);
  expt_error_free(error);
}

TEST(CRoots, AreRefusedForAWrongCall) {
  expt_root* root = nullptr;
  expt_error* error = nullptr;
  EXPECT_EQ(expt_root_parse(nullptr, 3, nullptr, &root, &error), EXPT_INVALID_ARGUMENT);
  EXPECT_THAT(Str(expt_error_message(error)), HasSubstr("bytes"));
  expt_error_free(error);
  EXPECT_EQ(expt_root_parse("abc", 3, nullptr, nullptr, &error), EXPT_INVALID_ARGUMENT);
  EXPECT_THAT(Str(expt_error_message(error)), HasSubstr("root"));
  expt_error_free(error);
  EXPECT_EQ(expt_root_parse("abc", 3, nullptr, &root, nullptr), EXPT_INVALID_ARGUMENT);
  EXPECT_EQ(expt_root_version(nullptr), 0);
  EXPECT_EQ(expt_root_environments(nullptr, nullptr, 0), 0u);
  expt_root_free(nullptr);
}

}  // namespace
}  // namespace expt::test
