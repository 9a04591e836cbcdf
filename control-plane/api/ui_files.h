// The admin UI as files: every path outside the API that is no file is a page of it.
#ifndef EXPT_CONTROL_PLANE_API_UI_FILES_H_
#define EXPT_CONTROL_PLANE_API_UI_FILES_H_

#include <span>
#include <string>
#include <string_view>

#include "control-plane/http/request.h"
#include "control-plane/http/response.h"
#include "control-plane/ui/assets.h"

namespace expt::api {

// The first segments of paths that never are pages.
inline constexpr std::string_view kServerFolders[] = {"api",     "sdk",   "ofrep", "openapi.json",
                                                      "metrics", "livez", "readyz", "share"};

// What the policy of a page allows: scripts and WASM of this server only, styles with the nonce of this answer.
std::string ContentSecurityPolicy(std::string_view nonce);

// `assets` sorted by path, with "/index.html". Files below /assets/ carry their digest in the name and are kept for
// ever by browsers; a missing one is 404. In index.html every `__EXPT_NONCE__` becomes the nonce of this answer.
http::Response UiFile(std::span<const ui::Asset> assets, const http::Request& request);

}  // namespace expt::api

#endif  // EXPT_CONTROL_PLANE_API_UI_FILES_H_
