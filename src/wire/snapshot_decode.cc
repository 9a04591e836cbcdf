#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "src/base/arena.h"
#include "src/base/message.h"
#include "src/base/small_code.h"
#include "src/base/status.h"
#include "src/wire/decode.h"
#include "src/wire/decode_check.h"
#include "src/wire/schema.h"
#include "src/wire/snapshot_codec.h"

namespace expt::wire {
namespace {

constexpr size_t kHashSize = 32;

absl::Status BadEncoding(base::MessagePart text) {
  return base::LoadFailure(LoadCode::kBadEncoding, base::Message("snapshot: ").append(text));
}

// What a decoded snapshot views.
struct Kept {
  std::shared_ptr<const void> text;
  base::Arena lists;
};

// Lists take all entries of their pools, and no more.
absl::Status CheckPools(const model::Snapshot& s, const TakenEntries& taken) {
  if (s.hash_pool.size() % kHashSize != 0) return BadEncoding("operands: hashes are not of 32 bytes each");
  const std::array<uint64_t, 7> sizes = {0,
                                         s.string_pool.size(),
                                         s.integer_pool.size(),
                                         s.double_pool.size(),
                                         s.condition_pool.size(),
                                         s.reference_pool.size(),
                                         s.hash_pool.size() / kHashSize};
  // Nobody asks where lists of a kind without a pool begin.
  for (size_t kind = 1; kind < sizes.size(); ++kind) {
    if (taken[kind] > sizes[kind]) return BadEncoding("operands: a list is longer than what its pool has left");
    if (taken[kind] < sizes[kind]) return BadEncoding("operands: a pool holds entries of no list");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<model::Snapshot> DecodeSnapshot(base::SharedText payload) {
  std::string_view bytes;
  std::shared_ptr<const void> owner = std::move(payload).Keep(bytes);
  ScanResult scan;
  absl::Status status = ScanVersioned(bytes, kSnapshotMessage, &scan);
  if (!status.ok()) return status;

  model::Snapshot snapshot;
  snapshot.format_version = 0;
  snapshot.semantics_version = 0;
  snapshot.audience = Audience{};
  base::Arena* lists = nullptr;
  if constexpr (!base::kSmallCode) {
    auto kept = std::make_shared<Kept>(Kept{.text = std::move(owner), .lists = {}});
    lists = &kept->lists;
    owner = std::move(kept);
  }
  TakenEntries taken{};
  status = DecodeMessage(bytes, kSnapshotMessage, scan, &snapshot, lists, &taken);
  if (status.ok()) status = CheckPools(snapshot, taken);
  // A newer version is the better explanation of tables that do not fit.
  for (const auto& [place, found] : {std::pair("snapshot: format version", snapshot.format_version),
                                     std::pair("snapshot: semantics version", snapshot.semantics_version)}) {
    const absl::Status version = CheckVersion(place, found);
    if (!version.ok() && (status.ok() || found > 1)) return version;
  }
  if (!status.ok()) return status;
  if (snapshot.audience != Audience::kServer && snapshot.audience != Audience::kClient) {
    return BadEncoding("audience is unknown");
  }
  snapshot.text = std::move(owner);
  snapshot.is_decoded = true;
  return snapshot;
}

}  // namespace expt::wire
