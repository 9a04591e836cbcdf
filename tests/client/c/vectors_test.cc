// The evaluation vectors (tests/vectors/README.md), signed, loaded and decided through expt/c.h alone.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "tests/client/c/signed_definitions.h"
#include "tests/vectors/case.h"
#include "tests/vectors/definitions.h"

namespace expt::test {
namespace {

using nlohmann::json;

const char kFolder[] = EXPT_SOURCE_DIR "/tests/vectors/evaluation";
const char kNativeFolder[] = EXPT_SOURCE_DIR "/tests/vectors/native";

std::map<std::string, json> FilesOf(const char* folder) {
  std::map<std::string, json> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path());
    files[entry.path().filename()] = json::parse(in);
  }
  return files;
}

void Set(expt_context* context, std::string_view name, const ValueView& value) {
  switch (value.type()) {
    case ValueType::kBoolean:
      expt_context_set_boolean(context, In(name), value.boolean());
      return;
    case ValueType::kInteger:
      expt_context_set_integer(context, In(name), value.integer());
      return;
    case ValueType::kDouble:
      expt_context_set_double(context, In(name), value.real());
      return;
    case ValueType::kString:
      expt_context_set_string(context, In(name), In(value.text()));
      return;
    case ValueType::kStringList: {
      std::vector<expt_string> list;
      for (const std::string_view text : value.list()) list.push_back(In(text));
      expt_context_set_string_list(context, In(name), list.data(), list.size());
      return;
    }
    case ValueType::kMissing:
    case ValueType::kJson:
      expt_context_set_null(context, In(name));
      return;
  }
}

ValueView ValueOf(const expt_value& value) {
  switch (value.type) {
    case EXPT_TYPE_BOOLEAN:
      return value.as.boolean;
    case EXPT_TYPE_INTEGER:
      return value.as.integer;
    case EXPT_TYPE_DOUBLE:
      return value.as.real;
    case EXPT_TYPE_STRING:
      return std::string_view(value.as.text.data, value.as.text.size);
    case EXPT_TYPE_JSON:
      return ValueView::Json({value.as.text.data, value.as.text.size});
    default:
      return ValueView();
  }
}

oracle::Answer AnswerOf(const CDecision& decision) {
  const expt_decision_view view = Read(decision);
  oracle::Answer answer;
  answer.value = ToJson(ValueOf(view.value));
  answer.variant = Str(view.variant);
  answer.reason = Str(expt_reason_name(view.reason));
  answer.error = Str(expt_error_code_name(view.error));
  answer.rule = Str(view.rule);
  answer.bucket = view.bucket;
  for (size_t i = 0; i < view.exposure_count; ++i) {
    auto exposure = Sized<expt_exposure_view>();
    EXPECT_EQ(expt_decision_exposure(decision.get(), i, &exposure), EXPT_OK);
    answer.exposures.push_back({.experiment = Str(exposure.experiment),
                                .id = Str(exposure.experiment_id),
                                .variant = Str(exposure.variant),
                                .bucket_by = Str(exposure.bucket_by),
                                .phase = exposure.phase,
                                .is_holdout = exposure.is_holdout,
                                .is_sticky = exposure.is_sticky,
                                .was_stored = exposure.origin == EXPT_ORIGIN_STICKY});
  }
  return answer;
}

// Null where the case has no overlay.
CSnapshot Overlaid(const CSnapshot& snapshot, const oracle::Asked& asked) {
  std::vector<expt_string> off;
  for (const std::string& key : asked.overlay.emergency_off) off.push_back(In(key));
  if (off.empty() && asked.overlay.stale.empty()) return nullptr;
  auto overlay = Sized<expt_overlay>();
  overlay.emergency_off = off.data();
  overlay.emergency_off_count = off.size();
  if (asked.overlay.stale == "defaults") overlay.stale = EXPT_STALE_DEFAULTS;
  if (asked.overlay.stale == "fail_closed") overlay.stale = EXPT_STALE_FAIL_CLOSED;
  expt_snapshot* covered = nullptr;
  EXPECT_EQ(expt_snapshot_with(snapshot.get(), &overlay, &covered), EXPT_OK);
  return CSnapshot(covered);
}

// One context and one decision serve all cases.
class CVectors : public testing::Test {
 protected:
  CVectors() : context_(expt_context_new()), decision_(expt_decision_new()) {}

  void Decide(const CSnapshot& snapshot, const json& test) {
    const vectors::Attributes attributes(test.at("context"));
    expt_context_clear(context_.get());
    for (const Attribute& attribute : attributes.list()) Set(context_.get(), attribute.name, attribute.value);
    const oracle::Asked asked = vectors::AskedOf(test);
    const CSticky sticky(expt_sticky_new());
    for (const auto& [key, variant] : asked.sticky) {
      const auto& [experiment_id, phase, bucket_by, unit_id] = key;
      expt_sticky_set(sticky.get(), In(experiment_id), phase, In(bucket_by), In(unit_id), In(variant));
    }
    const CSnapshot covered = Overlaid(snapshot, asked);
    auto input = Sized<expt_input>();
    input.now_ms = asked.now_ms;
    input.sticky = asked.sticky.empty() ? nullptr : sticky.get();
    const std::string flag = test.at("flag");
    EXPECT_EQ(expt_snapshot_decide((covered ? covered : snapshot).get(), In(flag), context_.get(), &input,
                                   static_cast<expt_value_type>(asked.expected), decision_.get()),
              EXPT_OK);
    EXPECT_EQ(AnswerOf(decision_), vectors::AnswerOf(test.at("expect")));
  }

  size_t DecideAll(const char* folder) {
    size_t count = 0;
    for (const auto& [name, file] : FilesOf(folder)) {
      if (file.contains("refused")) continue;
      const CSnapshot snapshot = Load(Sign(file.at("snapshot")));
      EXPECT_NE(snapshot, nullptr) << name;
      for (const json& test : file.at("cases")) {
        SCOPED_TRACE(test.at("id").get<std::string>());
        Decide(snapshot, test);
        ++count;
      }
    }
    return count;
  }

  CContext context_;
  CDecision decision_;
};

TEST_F(CVectors, AreDecidedAsWritten) {
  const size_t count = DecideAll(kFolder);
  std::cout << "vectors through the C interface: " << count << "\n";
  EXPECT_GE(count, 650u);
}

TEST_F(CVectors, NativeOnesAreToo) { EXPECT_GT(DecideAll(kNativeFolder), 0u); }

TEST_F(CVectors, RefusedSnapshotsSayWhy) {
  size_t count = 0;
  for (const auto& [name, file] : FilesOf(kFolder)) {
    if (!file.contains("refused")) continue;
    const SignedDefinitions files = Sign(file.at("snapshot"));
    const CRoot root = LoadRoot(files.root);
    auto trust = Sized<expt_trust>();
    trust.root = root.get();
    expt_snapshot* snapshot = nullptr;
    expt_error* error = nullptr;
    EXPECT_NE(expt_snapshot_parse(files.snapshot.data(), files.snapshot.size(), &trust, &snapshot, &error), EXPT_OK)
        << name;
    EXPECT_EQ(expt_error_load_code(error), EXPT_LOAD_BAD_CONTENT) << name;
    EXPECT_NE(Str(expt_error_message(error)).find(file["refused"].get<std::string>()), std::string::npos) << name;
    expt_error_free(error);
    ++count;
  }
  EXPECT_GE(count, 5u);
}

}  // namespace
}  // namespace expt::test
