// Roots and snapshots of expt/c.h.
#include <algorithm>
#include <array>

#include "src/client/c_call.h"
#include "src/client/c_handles.h"

namespace {

using expt::c::Fail;
using expt::c::IsText;
using expt::c::Out;
using expt::c::View;

std::optional<expt::Digest> DigestOf(const uint8_t* bytes) {
  if (bytes == nullptr) return std::nullopt;
  expt::Digest digest;
  std::copy_n(bytes, digest.size(), digest.begin());
  return digest;
}

bool AreBytes(const void* bytes, size_t size) { return IsText({static_cast<const char*>(bytes), size}); }
std::string_view Bytes(const void* bytes, size_t size) { return {static_cast<const char*>(bytes), size}; }

// What the caller trusts. Returns a code, and with it an error that names the field.
expt_code ReadTrust(const expt_trust* from, expt::Trust& to, expt_error** error) {
  expt_trust trust;
  if (from == nullptr) return Fail(error, "trust: expected a struct, got NULL");
  if (const expt_code code = expt::c::ReadStruct(from, trust); code != EXPT_OK) {
    const bool is_newer = code == EXPT_UNIMPLEMENTED;
    return Fail(error, is_newer
                           ? absl::UnimplementedError("trust: a field that this library does not know is not zero")
                           : absl::InvalidArgumentError("trust: struct_size: expected " + std::to_string(sizeof trust) +
                                                        ", got " + std::to_string(from->struct_size)));
  }
  if (!IsText(trust.environment)) return Fail(error, "trust: environment: expected text, got NULL with a size");
  if (trust.audience < EXPT_AUDIENCE_ANY || trust.audience > EXPT_AUDIENCE_CLIENT) {
    return Fail(error, "trust: audience: expected 0 to 2, got " + std::to_string(trust.audience));
  }
  if (trust.root != nullptr) to.root = trust.root->root;
  to.environment = View(trust.environment);
  if (trust.audience != EXPT_AUDIENCE_ANY) to.audience = static_cast<expt::Audience>(trust.audience);
  to.floor = {.epoch = trust.floor_epoch, .version = trust.floor_version, .digest = DigestOf(trust.floor_digest)};
  return EXPT_OK;
}

// Writes the first `capacity` of `names`.
template <typename Names>
size_t WriteNames(const Names& names, expt_string* to, size_t capacity) {
  if (to == nullptr) capacity = 0;
  for (size_t i = 0; i < std::min(capacity, names.size()); ++i) to[i] = Out(names[i]);
  return names.size();
}

}  // namespace

expt_code expt_root_parse(const void* bytes, size_t size, const uint8_t* pin, expt_root** root, expt_error** error) {
  if (error != nullptr) *error = nullptr;
  if (root != nullptr) *root = nullptr;
  return expt::c::Guard([&]() -> expt_code {
    if (root == nullptr) return Fail(error, "root: expected a place for it, got NULL");
    if (!AreBytes(bytes, size)) return Fail(error, "bytes: expected a Root file, got NULL");
    const absl::StatusOr<expt::Root> parsed = expt::Root::Parse(Bytes(bytes, size), DigestOf(pin));
    if (!parsed.ok()) return Fail(error, parsed.status());
    *root = new expt_root{*parsed};
    return EXPT_OK;
  });
}

void expt_root_free(expt_root* root) { delete root; }

int64_t expt_root_version(const expt_root* root) { return root == nullptr ? 0 : root->root.version(); }

size_t expt_root_environments(const expt_root* root, expt_string* ids, size_t capacity) {
  return root == nullptr ? 0 : WriteNames(root->root.environments(), ids, capacity);
}

expt_code expt_snapshot_parse(const void* bytes, size_t size, const expt_trust* trust, expt_snapshot** snapshot,
                              expt_error** error) {
  if (error != nullptr) *error = nullptr;
  if (snapshot != nullptr) *snapshot = nullptr;
  return expt::c::Guard([&]() -> expt_code {
    if (snapshot == nullptr) return Fail(error, "snapshot: expected a place for it, got NULL");
    if (!AreBytes(bytes, size)) return Fail(error, "bytes: expected a snapshot file, got NULL");
    expt::Trust trusted;
    if (const expt_code code = ReadTrust(trust, trusted, error); code != EXPT_OK) return code;
    absl::StatusOr<expt::Snapshot> parsed = expt::Snapshot::Parse(Bytes(bytes, size), trusted);
    if (!parsed.ok()) return Fail(error, parsed.status());
    *snapshot = new expt_snapshot{*std::move(parsed)};
    return EXPT_OK;
  });
}

void expt_snapshot_free(expt_snapshot* snapshot) { delete snapshot; }

expt_code expt_snapshot_with(const expt_snapshot* snapshot, const expt_overlay* overlay, expt_snapshot** result) {
  if (result == nullptr) return EXPT_INVALID_ARGUMENT;
  *result = nullptr;
  if (snapshot == nullptr) return EXPT_INVALID_ARGUMENT;
  return expt::c::Guard([&]() -> expt_code {
    expt_overlay from;
    if (const expt_code code = expt::c::ReadStruct(overlay, from); code != EXPT_OK) return code;
    const size_t count = from.emergency_off_count;
    if (from.stale < EXPT_STALE_KEEP || from.stale > EXPT_STALE_FAIL_CLOSED ||
        count > PTRDIFF_MAX / sizeof(expt_string) || (from.emergency_off == nullptr && count != 0)) {
      return EXPT_INVALID_ARGUMENT;
    }
    std::vector<std::string> off;
    for (size_t i = 0; i < count; ++i) {
      if (!IsText(from.emergency_off[i])) return EXPT_INVALID_ARGUMENT;
      off.emplace_back(View(from.emergency_off[i]));
    }
    const auto stale = static_cast<expt::Overlay::Stale>(from.stale);
    *result = new expt_snapshot{snapshot->snapshot.With({.emergency_off = off, .stale = stale})};
    return EXPT_OK;
  });
}

expt_code expt_snapshot_read(const expt_snapshot* snapshot, expt_snapshot_view* view) {
  if (snapshot == nullptr) return EXPT_INVALID_ARGUMENT;
  const expt::Snapshot& from = snapshot->snapshot;
  expt_snapshot_view out{};
  out.is_ready = from.is_ready();
  out.project = Out(from.project());
  out.environment = Out(from.environment());
  out.version = from.version();
  out.epoch = from.epoch();
  out.issued_at_ms = from.issued_at().time_since_epoch().count();
  out.digest = from.digest().data();
  out.flag_count = from.flag_count();
  out.warning_count = from.warnings().size();
  out.audience = static_cast<expt_audience>(from.audience());
  return expt::c::WriteStruct(out, view);
}

expt_code expt_snapshot_warning(const expt_snapshot* snapshot, size_t index, expt_string* warning) {
  if (snapshot == nullptr || warning == nullptr) return EXPT_INVALID_ARGUMENT;
  const auto warnings = snapshot->snapshot.warnings();
  if (index >= warnings.size()) return EXPT_NOT_FOUND;
  *warning = Out(warnings[index]);
  return EXPT_OK;
}

expt_code expt_snapshot_flag(const expt_snapshot* snapshot, size_t index, expt_flag_view* view) {
  if (snapshot == nullptr || !expt::c::IsWritable(view)) return EXPT_INVALID_ARGUMENT;
  if (index >= snapshot->snapshot.flag_count()) return EXPT_NOT_FOUND;
  const expt::Snapshot::FlagSummary flag = snapshot->snapshot.flag(index);
  expt_flag_view out{};
  out.key = Out(flag.key);
  out.type = static_cast<expt_value_type>(flag.type);
  out.is_enabled = flag.is_enabled;
  out.is_broken = flag.is_broken;
  return expt::c::WriteStruct(out, view);
}

size_t expt_snapshot_required_attributes(const expt_snapshot* snapshot, expt_string flag, expt_string* names,
                                         size_t capacity) {
  if (snapshot == nullptr || !IsText(flag)) return 0;
  return expt::c::GuardOr(
      size_t{0}, [&] { return WriteNames(snapshot->snapshot.required_attributes(View(flag)), names, capacity); });
}
