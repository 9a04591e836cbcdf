#include "control-plane/cli/audit_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "control-plane/cli/status.h"
#include "control-plane/publish/audit_seal.h"
#include "control-plane/publish/hex.h"
#include "src/host/crypto.h"

namespace expt::cli {
namespace {

constexpr std::string_view kEntry = "{\"entry\":";
constexpr std::string_view kHash = ",\"hash\":\"";
constexpr std::string_view kHead = "{\"head\":";
constexpr std::string_view kKeyId = ",\"key_id\":\"";
constexpr std::string_view kSignature = "\",\"signature\":\"";
constexpr std::string_view kEnd = "\"}";
constexpr size_t kHashDigits = 64;
constexpr size_t kKeyIdDigits = 16;
constexpr size_t kSignatureDigits = 128;

absl::Status Damaged(int64_t number, std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, "entry " + std::to_string(number) + " " + std::string(what));
}

// Takes `part` from the end of `text`.
bool TakeEnd(std::string_view& text, std::string_view part) {
  if (!text.ends_with(part)) return false;
  text.remove_suffix(part.size());
  return true;
}

// Takes `size` characters from the end of `text`; fewer when there are not so many.
std::string_view TakeDigits(std::string_view& text, size_t size) {
  size = std::min(size, text.size());
  const std::string_view digits = text.substr(text.size() - size);
  text.remove_suffix(size);
  return digits;
}

}  // namespace

absl::Status AuditCheck::Add(std::string_view line) {
  const absl::Status unknown = InvalidArgument("expected an entry or a signed head of an audit");
  if (line.starts_with(kEntry)) {
    line.remove_prefix(kEntry.size());
    if (!TakeEnd(line, kEnd)) return unknown;
    const std::string_view hash = TakeDigits(line, kHashDigits);
    return TakeEnd(line, kHash) ? AddEntry(line, hash) : unknown;
  }
  if (!line.starts_with(kHead)) return unknown;
  line.remove_prefix(kHead.size());
  if (!TakeEnd(line, kEnd)) return unknown;
  const std::string_view signature = TakeDigits(line, kSignatureDigits);
  if (!TakeEnd(line, kSignature)) return unknown;
  const std::string_view key_id = TakeDigits(line, kKeyIdDigits);
  return TakeEnd(line, kKeyId) ? AddHead(line, key_id, signature) : unknown;
}

absl::Status AuditCheck::AddEntry(std::string_view text, std::string_view hash) {
  const nlohmann::json entry = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!entry.is_array() || entry.empty() || !entry[0].is_number_integer()) {
    return InvalidArgument("expected an entry as a list that begins with its number");
  }
  const int64_t number = entries_ + 1;
  if (signed_entries_ >= number) return Finish();  // behind the heads of what was cut off, nothing follows
  if (entry[0].get<int64_t>() != number) return Damaged(number, "is missing");
  std::string bytes(reinterpret_cast<const char*>(hash_.data()), hash_.size());
  bytes += text;
  const Digest found = host::Sha256(bytes);
  if (publish::ParseDigest(hash) != found) return Damaged(number, "has been altered");
  hash_ = found;
  entries_ = number;
  return absl::OkStatus();
}

absl::Status AuditCheck::AddHead(std::string_view text, std::string_view key_id, std::string_view signature) {
  const nlohmann::json head = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!head.is_object() || !head.contains("number") || !head["number"].is_number_integer() ||
      !head.contains("hash") || !head["hash"].is_string()) {
    return InvalidArgument("expected a signed head with number and hash");
  }
  const int64_t number = head["number"].get<int64_t>();
  if (key_.has_value()) {
    const absl::Status foreign = Error(absl::StatusCode::kPermissionDenied,
                                       "the head of entry " + std::to_string(number) + " is not signed by that key");
    if (key_id != publish::Hex(host::KeyIdOf(*key_))) return foreign;
    wire::Signature bytes{};
    const std::optional<Digest> first = publish::ParseDigest(signature.substr(0, kHashDigits));
    const std::optional<Digest> second = publish::ParseDigest(signature.substr(kHashDigits));
    if (!first || !second) return foreign;
    std::copy(first->begin(), first->end(), bytes.begin());
    std::copy(second->begin(), second->end(), bytes.begin() + static_cast<ptrdiff_t>(first->size()));
    if (!host::VerifyEd25519(*key_, std::string(publish::kAuditHeadDomain) + std::string(text), bytes)) return foreign;
  }
  ++heads_;
  signed_entries_ = std::max(signed_entries_, number);
  // Heads stand behind their entry; one that names a later entry is judged by Finish().
  if (number < entries_) return InvalidArgument("the head of entry " + std::to_string(number) + " is out of order");
  if (number == entries_ && publish::ParseDigest(head["hash"].get<std::string>()) != hash_) {
    return Damaged(number, "or one before it was replaced: a signed head names another hash");
  }
  return absl::OkStatus();
}

absl::Status AuditCheck::Finish() const {
  if (signed_entries_ <= entries_) return absl::OkStatus();
  return Damaged(entries_ + 1, "is missing: a signed head names entry " + std::to_string(signed_entries_));
}

}  // namespace expt::cli
