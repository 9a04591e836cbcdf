#include "control-plane/analysis/unit_hash.h"

#include <string>

#include "src/base/hash.h"
#include "src/host/crypto.h"

namespace expt::analysis {

int64_t UnitHash(std::string_view environment, std::string_view unit_type, std::string_view unit_id) {
  std::string text;
  text.reserve(environment.size() + unit_type.size() + unit_id.size() + 2);
  text.append(environment).append(1, '\x1f').append(unit_type).append(1, '\x1f').append(unit_id);
  const Digest digest = host::Sha256(text);
  uint64_t hash = 0;
  for (int i = 0; i < 8; ++i) hash = hash << 8 | digest[static_cast<size_t>(i)];
  return static_cast<int64_t>(hash);
}

int64_t VariantHash(std::string_view variant) { return static_cast<int64_t>(base::Xxh3(variant)); }

}  // namespace expt::analysis
