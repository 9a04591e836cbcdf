// exptd_openapi: writes /openapi.json to the standard output. The build makes the types of the admin UI from it.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "control-plane/api/openapi.h"
#include "expt/version.h"

int main() {
  const std::string text = expt::api::OpenApi(expt::api::Routes(), "", EXPT_VERSION).dump(2) + "\n";
  const bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return is_written ? 0 : 1;
}
