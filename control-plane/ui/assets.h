// The files of the admin UI, embedded when the server was built; none when it was built with EXPT_UI=OFF.
#ifndef EXPT_CONTROL_PLANE_UI_ASSETS_H_
#define EXPT_CONTROL_PLANE_UI_ASSETS_H_

#include <span>
#include <string_view>

namespace expt::ui {

struct Asset {
  std::string_view path;          // "/index.html", "/assets/index-B3c9.js"
  std::string_view content_type;  // "text/html; charset=utf-8"
  std::string_view bytes;         // as built
  std::string_view gzip;          // the same compressed; empty where that is not smaller
};

// Sorted by path, for the life of the process. Thread-safe.
std::span<const Asset> Assets();

}  // namespace expt::ui

#endif  // EXPT_CONTROL_PLANE_UI_ASSETS_H_
