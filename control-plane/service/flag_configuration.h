// A flag in one environment: whom it serves what. docs/definitions.md describes the document.
#ifndef EXPT_CONTROL_PLANE_SERVICE_FLAG_CONFIGURATION_H_
#define EXPT_CONTROL_PLANE_SERVICE_FLAG_CONFIGURATION_H_

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control-plane/service/condition.h"
#include "control-plane/service/coverage.h"
#include "control-plane/service/json_reader.h"

namespace expt::service {

inline constexpr size_t kMaxRules = 256;
inline constexpr size_t kMaxUnitIds = 10'000;
inline constexpr size_t kMaxUnitIdSize = 256;
inline constexpr size_t kMaxPrerequisites = 64;
// Exposures of one decision: each holdout that its rules name, and an experiment.
inline constexpr size_t kMaxExposures = 8;

// Variant key and share in ppm, by key.
using Weights = std::vector<std::pair<std::string, uint32_t>>;

// Reads an object of shares that sum to 1,000,000.
Weights ReadWeights(ObjectReader& object, std::string_view name);

struct Serve {
  enum class Kind { kVariant, kSplit, kExperiment };
  Kind kind = Kind::kVariant;
  std::string target;     // key of the variant or experiment
  std::string bucket_by;  // of a split
  std::string salt;       // empty: still to be made
  Weights weights;
  std::string pointer;
};

struct Rule {
  std::string id;  // empty: still to be made
  std::string description;
  std::optional<Condition> condition;
  std::optional<Coverage> coverage;
  std::vector<std::string> holdouts;  // keys
  Serve serve;
};

// Another flag that must have one of these variants.
struct Prerequisite {
  std::string flag;
  std::vector<std::string> variants;
  std::string pointer;
};

struct Override {
  std::string bucket_by;
  std::string variant;
  std::vector<std::string> unit_ids;
};

struct FlagConfiguration {
  bool is_enabled = false;
  bool fails_closed = false;
  std::string off_variant;  // empty: the caller's default
  std::vector<Override> overrides;
  std::vector<Prerequisite> prerequisites;
  std::vector<Rule> rules;
  std::optional<Serve> default_serve;
};

FlagConfiguration ReadFlagConfiguration(const nlohmann::json& document, Problems& problems);

// What a flag has before anybody has configured it.
nlohmann::json InitialConfiguration();

// Calls `visit` for each leaf of the rules' conditions.
void ForEachLeaf(const FlagConfiguration& configuration, const std::function<void(const Condition&)>& visit);

// Writes the rule ids and salts that the document leaves out: those of `previous` where a rule has the same id, so that
// no unit moves, else what `make_id` and `make_salt` yield. Both documents must be valid.
void FillConfiguration(nlohmann::json& document, const nlohmann::json& previous,
                       const std::function<std::string()>& make_id, const std::function<std::string()>& make_salt);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_FLAG_CONFIGURATION_H_
