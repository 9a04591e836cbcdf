// Ids of events: UUIDv7 in binary, 74 bits from the machine's random source.
#ifndef EXPT_SRC_CLIENT_EVENT_ID_H_
#define EXPT_SRC_CLIENT_EVENT_ID_H_

#include <array>
#include <cstdint>
#include <string>

#include "expt/snapshot.h"

namespace expt::client {

// 16 random bytes.
std::array<uint8_t, 16> MakeInstanceId();

// Not thread-safe: the background thread makes all ids. Takes random bytes in stock, so an id costs nanoseconds.
class EventIds {
 public:
  // 16 bytes: 48 bits of `now` in milliseconds, version 7, the rest random.
  std::string Make(Time now);

 private:
  std::array<uint8_t, 4000> random_{};
  size_t used_ = random_.size();
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_EVENT_ID_H_
