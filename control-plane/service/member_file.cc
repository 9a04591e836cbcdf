#include "control-plane/service/member_file.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "control-plane/service/csv.h"
#include "control-plane/service/flag_configuration.h"
#include "src/base/utf8.h"

namespace expt::service {
namespace {

// A file of another kind would have as many as it has lines.
constexpr size_t kMostLineProblems = 100;

class LineProblems {
 public:
  explicit LineProblems(Problems& problems) : problems_(problems) {}

  void Add(size_t line, std::string_view text) {
    if (++count_ > kMostLineProblems) return;
    problems_.push_back({"", "line " + std::to_string(line) + ": " + std::string(text)});
  }
  // Last call.
  void Finish() {
    if (count_ <= kMostLineProblems) return;
    problems_.push_back({"", std::to_string(count_ - kMostLineProblems) + " more lines are not valid"});
  }

 private:
  Problems& problems_;
  size_t count_ = 0;
};

std::string FieldCount(size_t expected, size_t found) {
  return "expected " + std::to_string(expected) + (expected == 1 ? " field" : " fields") + ", found " +
         std::to_string(found);
}

// Where the column stands in the header; nothing when it stands there not once, which is reported.
std::optional<size_t> FindColumn(const std::vector<std::string>& header, std::string_view column, size_t line,
                                 LineProblems& problems) {
  const auto count = std::count(header.begin(), header.end(), column);
  if (count == 1) return static_cast<size_t>(std::find(header.begin(), header.end(), column) - header.begin());
  problems.Add(line, "expected a header with one column " + Quoted(column) + ", found " + std::to_string(count));
  return std::nullopt;
}

}  // namespace

std::string MemberFault(std::string_view unit_id) {
  if (unit_id.empty()) return "expected a unit id, found none";
  if (unit_id.size() > kMaxUnitIdSize) {
    return "expected at most " + std::to_string(kMaxUnitIdSize) + " bytes, found " + std::to_string(unit_id.size());
  }
  if (!base::IsUtf8(unit_id)) return "expected UTF-8 text";
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; };
  if (std::any_of(unit_id.begin(), unit_id.end(), is_control)) return "expected a unit id without control characters";
  return "";
}

std::vector<std::string> ReadMemberFile(std::string_view csv, std::string_view column, std::string_view bucket_by,
                                        Problems& problems) {
  std::vector<std::string> unit_ids;
  LineProblems faults(problems);
  CsvReader reader(csv);
  std::vector<std::string> record;
  size_t fields = 1;
  size_t place = 0;
  bool is_first = true;
  while (reader.Next(&record)) {
    const bool is_header_line = std::exchange(is_first, false);
    if (!reader.error().empty()) {
      faults.Add(reader.line(), reader.error());
      if (is_header_line && !column.empty()) break;
      continue;
    }
    if (is_header_line && !column.empty()) {
      const std::optional<size_t> found = FindColumn(record, column, reader.line(), faults);
      if (!found) break;
      place = *found;
      fields = record.size();
      continue;
    }
    if (record.size() != fields) {
      faults.Add(reader.line(), FieldCount(fields, record.size()));
      continue;
    }
    if (is_header_line && (record[0] == bucket_by || record[0] == "unit_id")) continue;
    std::string unit_id(WithoutCsvGuard(record[place]));
    if (std::string fault = MemberFault(unit_id); !fault.empty()) {
      faults.Add(reader.line(), fault);
      continue;
    }
    unit_ids.push_back(std::move(unit_id));
  }
  if (is_first && !column.empty()) faults.Add(1, "expected a header with one column " + Quoted(column) + ", found 0");
  faults.Finish();
  SortMembers(unit_ids);
  return unit_ids;
}

std::string WriteMemberFile(std::string_view text, std::string_view bucket_by) {
  std::string csv = CsvField(bucket_by) + "\r\n";
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    csv += CsvField(text.substr(at, end - at)) + "\r\n";
    at = end + 1;
  }
  return csv;
}

std::string JoinMembers(const std::vector<std::string>& unit_ids) {
  size_t size = 0;
  for (const std::string& unit_id : unit_ids) size += unit_id.size() + 1;
  std::string text;
  text.reserve(size);
  for (const std::string& unit_id : unit_ids) text.append(unit_id).push_back('\n');
  return text;
}

std::vector<std::string> SplitMembers(std::string_view text) {
  std::vector<std::string> unit_ids;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    unit_ids.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return unit_ids;
}

void SortMembers(std::vector<std::string>& unit_ids) {
  std::sort(unit_ids.begin(), unit_ids.end());
  unit_ids.erase(std::unique(unit_ids.begin(), unit_ids.end()), unit_ids.end());
}

}  // namespace expt::service
