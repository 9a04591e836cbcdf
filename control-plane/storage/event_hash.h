// XXH3-64 of bytes under a seed.
#ifndef EXPT_CONTROL_PLANE_STORAGE_EVENT_HASH_H_
#define EXPT_CONTROL_PLANE_STORAGE_EVENT_HASH_H_

#include <cstdint>
#include <string_view>

namespace expt::storage {

uint64_t EventHash(std::string_view bytes, uint64_t seed);

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_EVENT_HASH_H_
