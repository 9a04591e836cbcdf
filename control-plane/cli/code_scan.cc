#include "control-plane/cli/code_scan.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <tuple>
#include <utility>

#include "control-plane/cli/status.h"
#include "src/base/utf8.h"

namespace expt::cli {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t kMaxFileSize = 1u << 20;
constexpr size_t kMaxKeySize = 128;
constexpr size_t kMaxText = 512;

bool IsQuote(char c) { return c == '"' || c == '\'' || c == '`'; }

std::string Trimmed(std::string_view line) {
  const size_t begin = std::min(line.find_first_not_of(" \t\r"), line.size());
  line.remove_prefix(begin);
  line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
  if (line.size() > kMaxText) {
    size_t end = kMaxText;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;  // not within a character
    line = line.substr(0, end);
  }
  return base::IsUtf8(line) ? std::string(line) : "";
}

// Keys between two quotes of one kind.
std::set<std::string> KeysIn(std::string_view line, const std::set<std::string, std::less<>>& keys) {
  std::set<std::string> found;
  for (size_t open = 0; open < line.size(); ++open) {
    if (!IsQuote(line[open])) continue;
    const size_t close = line.find(line[open], open + 1);
    if (close == std::string_view::npos || close - open - 1 > kMaxKeySize) continue;
    const auto key = keys.find(line.substr(open + 1, close - open - 1));
    if (key != keys.end()) found.insert(*key);
  }
  return found;
}

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

}  // namespace

std::vector<CodeReference> FindReferences(std::string_view text, const std::string& path,
                                          const std::set<std::string, std::less<>>& keys) {
  std::vector<CodeReference> references;
  size_t number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    ++number;
    for (const std::string& key : KeysIn(line, keys)) references.push_back({key, path, number, Trimmed(line)});
    at = end + 1;
  }
  return references;
}

absl::StatusOr<CodeScan> ScanTree(const std::string& root, const std::set<std::string, std::less<>>& keys,
                                  const std::set<std::string, std::less<>>& excluded) {
  std::error_code error;
  fs::recursive_directory_iterator walk(root, fs::directory_options::skip_permission_denied, error);
  if (error) return Error(absl::StatusCode::kNotFound, "folder \"" + root + "\": " + error.message());
  CodeScan scan;
  for (const fs::recursive_directory_iterator end; walk != end; walk.increment(error)) {
    if (error) break;
    const fs::path& path = walk->path();
    if (walk->is_symlink(error)) continue;
    if (walk->is_directory(error)) {
      if (IsHidden(path) || excluded.contains(path.filename().string())) walk.disable_recursion_pending();
      continue;
    }
    if (IsHidden(path) || !walk->is_regular_file(error) || walk->file_size(error) > kMaxFileSize) continue;
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.find('\0') != std::string::npos) continue;
    ++scan.files;
    std::vector<CodeReference> found = FindReferences(text, path.lexically_relative(root).generic_string(), keys);
    std::move(found.begin(), found.end(), std::back_inserter(scan.references));
  }
  // Folders come in no order.
  std::sort(scan.references.begin(), scan.references.end(), [](const CodeReference& a, const CodeReference& b) {
    return std::tie(a.path, a.line, a.flag) < std::tie(b.path, b.line, b.flag);
  });
  return scan;
}

}  // namespace expt::cli
