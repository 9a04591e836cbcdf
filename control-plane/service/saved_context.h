// A context with a name, to try flags with. docs/definitions.md describes the document.
#ifndef EXPT_CONTROL_PLANE_SERVICE_SAVED_CONTEXT_H_
#define EXPT_CONTROL_PLANE_SERVICE_SAVED_CONTEXT_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "control-plane/service/json_reader.h"
#include "expt/context.h"
#include "expt/value.h"

namespace expt::service {

// By name.
using ContextAttributes = std::vector<std::pair<std::string, Value>>;

// Reads an object of strings, numbers, booleans and lists of strings.
ContextAttributes ReadContextAttributes(const nlohmann::json& object, const std::string& pointer, Problems& problems);

Context ContextOf(const ContextAttributes& attributes);

struct SavedContext {
  std::string key;
  std::string name;
  std::string description;
  ContextAttributes attributes;
};

SavedContext ReadSavedContext(const nlohmann::json& document, Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_SAVED_CONTEXT_H_
