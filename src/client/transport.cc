#include "expt/transport.h"

namespace expt {
inline namespace v1 {

std::string_view HttpReply::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace v1
}  // namespace expt
