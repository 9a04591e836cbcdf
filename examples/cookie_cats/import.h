// Sends the rows through a client, each event once however often the file is imported.
#ifndef EXPT_EXAMPLES_COOKIE_CATS_IMPORT_H_
#define EXPT_EXAMPLES_COOKIE_CATS_IMPORT_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "expt/client.h"

namespace cookie_cats {

struct ImportReport {
  uint64_t rows = 0;
  uint64_t events = 0;
  std::vector<std::string> problems;  // `line 17: column "version": ...`; every other line is sent
};

// `csv` is the whole file. Waits for room instead of dropping; kDeadlineExceeded when there is none for `patience`.
//
// Event ids are "cc", 12 hexadecimal digits of the file's SHA-256, the row in 8 digits and a letter for the event:
// the same file gives the same ids, in ascending order.
absl::Status Import(expt::Client& client, std::string_view csv, std::chrono::seconds patience, ImportReport& report);

}  // namespace cookie_cats

#endif  // EXPT_EXAMPLES_COOKIE_CATS_IMPORT_H_
