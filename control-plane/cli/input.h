// What a command reads: files, standard input, arguments.
#ifndef EXPT_CONTROL_PLANE_CLI_INPUT_H_
#define EXPT_CONTROL_PLANE_CLI_INPUT_H_

#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace expt::cli {

inline constexpr uint64_t kMaxInputBytes = 64u << 20;

// The bytes of a file; "-" is standard input. kNotFound, or kResourceExhausted above kMaxInputBytes.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// An argument that holds text, or names where it stands: "-" is standard input, "@path" a file.
absl::StatusOr<std::string> ReadArgument(const std::string& argument);

// A file, or standard input for "-", to be read line by line.
class InputStream {
 public:
  // kNotFound, kPermissionDenied, kUnavailable.
  absl::Status Open(const std::string& path);
  std::istream& stream() { return path_ == "-" ? std::cin : file_; }
  // As errors name it: `"events.jsonl"`, `standard input`.
  std::string name() const { return path_ == "-" ? "standard input" : "\"" + path_ + "\""; }

 private:
  std::string path_;
  std::ifstream file_;
};

// Writes a new file with `mode`; kAlreadyExists when there is one: a key is never overwritten.
absl::Status WriteNewFile(const std::string& path, std::string_view bytes, unsigned mode);

// Puts `bytes` in place of the file at once: a reader sees the old or the new content.
absl::Status ReplaceFile(const std::string& path, std::string_view bytes, unsigned mode);

// What every problem is printed with on standard error: `expt: <text>`.
void PrintError(std::string_view text);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_INPUT_H_
