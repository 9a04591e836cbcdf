// Files of unit ids: CSV -> sorted unit ids -> the text that is stored.
#ifndef EXPT_CONTROL_PLANE_SERVICE_MEMBER_FILE_H_
#define EXPT_CONTROL_PLANE_SERVICE_MEMBER_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/json_reader.h"

namespace expt::service {

inline constexpr size_t kMaxUploadedMembers = 1'000'000;

// The unit ids of a file, sorted by bytes, each once. Without `column` the file has one column, and a first line that
// is `bucket_by` or "unit_id" is its header. Problems name lines: `line 3: expected a unit id, found none`.
std::vector<std::string> ReadMemberFile(std::string_view csv, std::string_view column, std::string_view bucket_by,
                                        Problems& problems);

// Why it is no unit id that can be uploaded; empty for one that can.
std::string MemberFault(std::string_view unit_id);

// One column named `bucket_by`, for spreadsheets.
std::string WriteMemberFile(std::string_view text, std::string_view bucket_by);

// A line feed stands behind each of them in the text.
std::string JoinMembers(const std::vector<std::string>& unit_ids);
std::vector<std::string> SplitMembers(std::string_view text);

// Sorted by bytes, each once.
void SortMembers(std::vector<std::string>& unit_ids);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_MEMBER_FILE_H_
