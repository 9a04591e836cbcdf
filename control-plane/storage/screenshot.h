// Pictures of what units see, beside the experiment's document, which lists them.
#ifndef EXPT_CONTROL_PLANE_STORAGE_SCREENSHOT_H_
#define EXPT_CONTROL_PLANE_STORAGE_SCREENSHOT_H_

#include <string>

namespace expt::storage {

struct ScreenshotWrite {
  std::string experiment;  // id
  std::string id;
  std::string bytes;  // empty: remove it
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_SCREENSHOT_H_
