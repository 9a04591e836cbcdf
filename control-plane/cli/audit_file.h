// Checks an exported audit: that no entry was altered, left out or added, and what its signed heads say.
//
//   AuditCheck check(public_key);
//   for (each line) if (absl::Status status = check.Add(line); !status.ok()) ...   // names the entry
//   if (absl::Status status = check.Finish(); !status.ok()) ...
//
// docs/audit.md describes the lines.
#ifndef EXPT_CONTROL_PLANE_CLI_AUDIT_FILE_H_
#define EXPT_CONTROL_PLANE_CLI_AUDIT_FILE_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "expt/snapshot.h"
#include "src/wire/envelope.h"

namespace expt::cli {

class AuditCheck {
 public:
  // Nothing: signatures are not checked, and heads must only agree with the entries.
  explicit AuditCheck(const std::optional<wire::PublicKey>& key) : key_(key) {}

  // The next line, without its end.
  //
  // Errors: kInvalidArgument, not a line of an audit; kDataLoss, names the entry that was altered or is missing, or
  // that a signed head knows otherwise; kPermissionDenied, a head that the key did not sign.
  absl::Status Add(std::string_view line);

  // After the last line. kDataLoss when signed heads name entries that are not there.
  absl::Status Finish() const;

  int64_t entries() const { return entries_; }
  int64_t heads() const { return heads_; }
  // Up to which entry a head was signed.
  int64_t signed_entries() const { return signed_entries_; }

 private:
  absl::Status AddEntry(std::string_view text, std::string_view hash);
  absl::Status AddHead(std::string_view text, std::string_view key_id, std::string_view signature);

  const std::optional<wire::PublicKey> key_;
  Digest hash_{};
  int64_t entries_ = 0;
  int64_t heads_ = 0;
  int64_t signed_entries_ = 0;
};

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_AUDIT_FILE_H_
