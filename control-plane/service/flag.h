// A flag: a named switch with typed variants. docs/definitions.md describes the document.
#ifndef EXPT_CONTROL_PLANE_SERVICE_FLAG_H_
#define EXPT_CONTROL_PLANE_SERVICE_FLAG_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/json_reader.h"
#include "expt/value.h"

namespace expt::service {

inline constexpr size_t kMaxVariants = 64;
inline constexpr size_t kMaxStringValueSize = 64u << 10;

struct Variant {
  std::string key;
  Value value;
};

struct Flag {
  std::string key;
  ValueType type = ValueType::kMissing;
  std::string description;
  std::vector<std::string> tags;
  std::string owner;
  bool is_client_visible = false;
  std::vector<Variant> variants;

  bool HasVariant(std::string_view variant) const;
};

Flag ReadFlag(const nlohmann::json& document, Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_FLAG_H_
