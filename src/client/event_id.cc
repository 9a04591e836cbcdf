#include "src/client/event_id.h"

#include <cstring>

#include "src/host/crypto.h"

namespace expt::client {

std::array<uint8_t, 16> MakeInstanceId() {
  std::array<uint8_t, 16> id{};
  host::RandomBytes(id);
  return id;
}

std::string EventIds::Make(Time now) {
  constexpr size_t kRandomPart = 10;
  if (used_ + kRandomPart > random_.size()) {
    host::RandomBytes(random_);
    used_ = 0;
  }
  std::string id(16, '\0');
  const auto ms = static_cast<uint64_t>(now.time_since_epoch().count());
  for (int i = 0; i < 6; ++i) id[i] = static_cast<char>(ms >> (40 - 8 * i) & 0xff);
  std::memcpy(id.data() + 6, random_.data() + used_, kRandomPart);
  used_ += kRandomPart;
  id[6] = static_cast<char>(0x70 | (id[6] & 0x0f));
  id[8] = static_cast<char>(0x80 | (id[8] & 0x3f));
  return id;
}

}  // namespace expt::client
