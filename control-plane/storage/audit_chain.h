// The chain of the audit: every entry is hashed together with the hash before it, so that none can be altered, removed
// or put in between without all later hashes changing.
//
//   text(n) = the entry as a JSON array, see AuditText()
//   hash(n) = SHA-256(hash(n - 1) as 32 bytes | text(n)); before the first entry 32 zero bytes
#ifndef EXPT_CONTROL_PLANE_STORAGE_AUDIT_CHAIN_H_
#define EXPT_CONTROL_PLANE_STORAGE_AUDIT_CHAIN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "control-plane/storage/document_name.h"
#include "expt/snapshot.h"

namespace expt::storage {

struct AuditEntry {
  int64_t number = 0;  // 1, 2, 3, ...
  int64_t time_ms = 0;
  std::string actor = {};
  std::string address = {};
  std::string action = {};  // "create", "replace", "archive", "publish", "create_key", "revoke_key", ...
  DocumentName subject = {};
  std::string before = {};  // JSON text; empty where there is none
  std::string after = {};
  Digest hash{};
};

// [number, time_ms, actor, address, action, project, environment, kind, key, before, after] without spaces, in UTF-8.
// Stored as hashes only, so its form never changes.
std::string AuditText(const AuditEntry& entry);

Digest AuditHash(const Digest& previous, std::string_view text);

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_AUDIT_CHAIN_H_
