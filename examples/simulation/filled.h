// Texts with places to fill in.
#ifndef EXPT_EXAMPLES_SIMULATION_FILLED_H_
#define EXPT_EXAMPLES_SIMULATION_FILLED_H_

#include <string>
#include <string_view>

namespace simulation {

// `text` with every `place` replaced by `value`.
inline std::string Filled(std::string text, std::string_view place, std::string_view value) {
  for (size_t at = text.find(place); at != std::string::npos; at = text.find(place, at + value.size())) {
    text.replace(at, place.size(), value);
  }
  return text;
}

}  // namespace simulation

#endif  // EXPT_EXAMPLES_SIMULATION_FILLED_H_
