// The 64-bit names of units and variants in the analytic tables.
#ifndef EXPT_CONTROL_PLANE_ANALYSIS_UNIT_HASH_H_
#define EXPT_CONTROL_PLANE_ANALYSIS_UNIT_HASH_H_

#include <cstdint>
#include <string_view>

namespace expt::analysis {

// The first 8 bytes, most significant first, of SHA-256(environment, 0x1F, unit type, 0x1F, unit id): units of two
// environments or two types never mix. 1e8 units give 2.7e-4 expected collisions.
int64_t UnitHash(std::string_view environment, std::string_view unit_type, std::string_view unit_id);

// XXH3-64 of the variant's key: the same in whatever order variants are met.
int64_t VariantHash(std::string_view variant);

}  // namespace expt::analysis

#endif  // EXPT_CONTROL_PLANE_ANALYSIS_UNIT_HASH_H_
