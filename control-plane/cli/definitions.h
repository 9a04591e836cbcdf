// A file of definitions: what a project and one of its environments hold, as one JSON document.
//
//   {
//     "attributes":  [{"key": "country", "type": "string"}],
//     "segments":    [{"key": "staff", "condition": {…}}],
//     "flags":       [{"key": "new-checkout", "type": "boolean", "variants": […], "configuration": {…}}],
//     "metrics":     [{"key": "purchase", "kind": "proportion", …}],
//     "layers":      [{"key": "checkout", "bucket_by": "targeting_key"}],
//     "holdouts":    [{"key": "long-term", "ppm": 50000}],
//     "experiments": [{"key": "checkout-test", "flag": "checkout", …}]
//   }
//
// Each entry is the document that the API takes; a flag's `configuration` is its document in the environment.
#ifndef EXPT_CONTROL_PLANE_CLI_DEFINITIONS_H_
#define EXPT_CONTROL_PLANE_CLI_DEFINITIONS_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "control-plane/cli/api_client.h"

namespace expt::cli {

struct Definitions {
  std::vector<nlohmann::json> attributes, segments, flags, metrics, layers, holdouts, experiments;
};

// Errors: kInvalidArgument, every problem of the document's outer shape in its own line: not JSON, an unknown
// member, an entry without key, a key given twice.
absl::StatusOr<Definitions> ParseDefinitions(std::string_view json);

// `flag "new-checkout"`
std::string NameOf(const char* kind, const std::string& key);

struct Change {
  enum class Kind { kCreated, kReplaced, kUnchanged, kFailed };
  Kind kind;
  std::string place;  // `flag "new-checkout"`
  std::string error;  // with kFailed
};

// Creates what is missing and replaces what differs, in an order in which references exist. Salts and times that the
// definitions leave out stay as the server has them, so that no unit moves. Goes on after a failure: the
// answer lists every change and every failure.
std::vector<Change> ApplyDefinitions(ApiClient& api, const std::string& project, const std::string& environment,
                                     const Definitions& definitions);

// Creates one document unless it is there already; returns what the server holds then.
absl::StatusOr<nlohmann::json> CreateIfMissing(ApiClient& api, const std::string& collection, const std::string& key,
                                               const nlohmann::json& document);

// True when every member of `wanted` is in `current` with an equal value; arrays must be of equal length.
bool Contains(const nlohmann::json& current, const nlohmann::json& wanted);

// `wanted` with each "salt" that it leaves out taken from `current`: objects by member, entries of
// by "id" or "key", else by position.
nlohmann::json KeepSalts(const nlohmann::json& current, nlohmann::json wanted);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_DEFINITIONS_H_
