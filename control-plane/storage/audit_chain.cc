#include "control-plane/storage/audit_chain.h"

#include <nlohmann/json.hpp>

#include "src/host/crypto.h"

namespace expt::storage {

std::string AuditText(const AuditEntry& entry) {
  const nlohmann::json line = {entry.number,
                               entry.time_ms,
                               entry.actor,
                               entry.address,
                               entry.action,
                               entry.subject.project,
                               entry.subject.environment,
                               entry.subject.kind,
                               entry.subject.key,
                               entry.before,
                               entry.after};
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Digest AuditHash(const Digest& previous, std::string_view text) {
  std::string bytes(reinterpret_cast<const char*>(previous.data()), previous.size());
  bytes += text;
  return host::Sha256(bytes);
}

}  // namespace expt::storage
