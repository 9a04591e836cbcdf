#include "control-plane/ui/assets.h"

namespace expt::ui {

std::span<const Asset> Assets() { return {}; }

}  // namespace expt::ui
