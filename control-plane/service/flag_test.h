// What a flag must give for a context: a publish that breaks it is refused. docs/definitions.md describes the document.
#ifndef EXPT_CONTROL_PLANE_SERVICE_FLAG_TEST_H_
#define EXPT_CONTROL_PLANE_SERVICE_FLAG_TEST_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "control-plane/service/json_reader.h"
#include "control-plane/service/saved_context.h"
#include "expt/snapshot.h"
#include "src/model/snapshot.h"

namespace expt::service {

struct FlagTest {
  std::string key;
  std::string description;
  std::string flag;
  std::string environment;             // key; empty: in every environment
  std::string context;                 // key of a saved one; empty: `attributes`
  ContextAttributes attributes;        // in an assembly those of the saved context
  std::optional<int64_t> at_ms;        // the time of the evaluation; nothing: now
  std::optional<std::string> variant;  // that is expected; nothing: the caller's default
  std::string reason;                  // that is expected; empty: any
  std::string rule;                    // id, in the same way
};

FlagTest ReadFlagTest(const nlohmann::json& document, Problems& problems);

struct FlagTestRun {
  std::string key;
  std::string flag;
  bool is_passed = false;
  std::optional<std::string> variant = {};  // that it got; nothing: the caller's default
  std::string reason = {};
  std::string rule = {};  // empty: none decided

  // `test "swiss": flag "checkout": expected variant "express", found variant "control" (SPLIT, rule "half")`
  std::string text = {};
};

// Decides as programs do that take the snapshot. Errors: those of core::Load().
absl::StatusOr<std::vector<FlagTestRun>> RunFlagTests(const model::Snapshot& snapshot,
                                                      const std::vector<FlagTest>& tests, Time now);

nlohmann::json RunJson(const FlagTestRun& run);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_FLAG_TEST_H_
