#include "control-plane/publish/audit_seal.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "control-plane/publish/hex.h"
#include "control-plane/publish/key_file.h"
#include "control-plane/storage/key_store.h"
#include "control-plane/storage/state_store.h"
#include "control-plane/storage/whole_file.h"
#include "src/base/status.h"

namespace expt::publish {
namespace {

constexpr std::string_view kSecretName = "audit";
constexpr std::string_view kFileName = "audit-heads.jsonl";
constexpr size_t kMaxFileBytes = 64u << 20;  // of 300 bytes an hour: 25 years

absl::StatusOr<host::SecretKey> ReadOrMakeKey(storage::KeyStore& keys) {
  absl::StatusOr<std::string> file = keys.ReadSecret(kSecretName);
  if (file.ok()) return ParseKeyFile(*file);
  if (!absl::IsNotFound(file.status())) return file.status();
  host::SecretKey key = host::SecretKey::Generate();
  if (absl::Status status = keys.AddSecret(kSecretName, FormatKeyFile(key)); !status.ok()) return status;
  return key;
}

std::string LineOf(const storage::AuditEntry& entry, Time now, const host::SecretKey& key) {
  const std::string head = "{\"number\":" + std::to_string(entry.number) +
                           ",\"time_ms\":" + std::to_string(now.time_since_epoch().count()) + ",\"hash\":\"" +
                           Hex(entry.hash) + "\"}";
  const wire::Signature signature = key.Sign(std::string(kAuditHeadDomain) + head);
  return "{\"head\":" + head + ",\"key_id\":\"" + Hex(host::KeyIdOf(key.public_key())) + "\",\"signature\":\"" +
         Hex(signature) + "\"}";
}

}  // namespace

absl::StatusOr<std::unique_ptr<AuditSeal>> AuditSeal::Open(storage::StateStore& state, storage::KeyStore& keys,
                                                           AuditSealOptions options) {
  absl::StatusOr<host::SecretKey> key = ReadOrMakeKey(keys);
  if (!key.ok()) return key.status();
  std::unique_ptr<AuditSeal> seal(new AuditSeal(state, *std::move(key), std::move(options)));
  if (absl::Status status = seal->ReadHeads(); !status.ok()) return status;
  return seal;
}

AuditSeal::~AuditSeal() { ticker_.Stop(); }

absl::Status AuditSeal::ReadHeads() {
  const absl::StatusOr<std::string> file =
      storage::ReadWholeFile(options_.folder + "/" + std::string(kFileName), kMaxFileBytes);
  if (absl::IsNotFound(file.status())) return absl::OkStatus();
  if (!file.ok()) return file.status();
  size_t line_number = 0;
  for (size_t at = 0; at < file->size();) {
    const size_t end = std::min(file->find('\n', at), file->size());
    const std::string line = file->substr(at, end - at);
    at = end + 1;
    ++line_number;
    const nlohmann::json parsed = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    const nlohmann::json number = parsed.is_object() ? parsed.value("/head/number"_json_pointer, nlohmann::json())
                                                     : nlohmann::json();
    if (!number.is_number_integer()) {
      return base::Error(absl::StatusCode::kInvalidArgument, "\"" + std::string(kFileName) + "\": line " +
                                                                 std::to_string(line_number) +
                                                                 ": expected a signed head of the audit");
    }
    heads_.push_back({.number = number.get<int64_t>(), .line = line});
  }
  return absl::OkStatus();
}

void AuditSeal::Start() {
  ticker_.Start(options_.interval, [this] {
    const absl::Status status = Seal();
    if (!status.ok() && options_.report) options_.report(status);
  });
}

void AuditSeal::Stop() {
  ticker_.Stop();
  const absl::Status status = Seal();
  if (!status.ok() && options_.report) options_.report(status);
}

absl::Status AuditSeal::Seal() {
  const std::lock_guard lock(mutex_);
  const absl::StatusOr<std::optional<storage::AuditEntry>> last = state_.LastAudit();
  if (!last.ok()) return last.status();
  if (!last->has_value() || (!heads_.empty() && heads_.back().number >= (*last)->number)) return absl::OkStatus();
  AuditHead head{.number = (*last)->number, .line = LineOf(**last, options_.now(), key_)};
  std::string file;
  for (const AuditHead& earlier : heads_) file += earlier.line + "\n";
  file += head.line + "\n";
  if (absl::Status status = storage::WriteWholeFile(options_.folder, kFileName, file, 0600); !status.ok()) {
    return status;
  }
  heads_.push_back(std::move(head));
  return absl::OkStatus();
}

std::vector<AuditHead> AuditSeal::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

}  // namespace expt::publish
