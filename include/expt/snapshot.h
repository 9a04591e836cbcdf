// Signed snapshots: what a program decides with.
//
//   auto root = expt::Root::Parse(root_bytes);
//   auto snapshot = expt::Snapshot::Parse(bytes, {.root = *root, .environment = "env_7f3a"});
//   if (!snapshot.ok()) ...                      // LoadErrorOf(snapshot.status()) names step and code
//
// docs/snapshot-format.md describes the bytes.
#ifndef EXPT_SNAPSHOT_H_
#define EXPT_SNAPSHOT_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "expt/value.h"

namespace expt {
namespace core {
struct RootKeys;
struct Ruleset;
struct OverlayState;
struct Access;
}  // namespace core

inline namespace v1 {

// Milliseconds since 1970-01-01 UTC.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// SHA-256.
using Digest = std::array<uint8_t, 32>;

// Who may read a snapshot. Stored; never renumbered.
enum class Audience : uint8_t { kServer = 1, kClient = 2 };

// A step of the acceptance order and the code that names its failure (docs/snapshot-format.md).
// Sent to the server; never renumbered.
enum class LoadCode : uint8_t {
  kNone = 0,
  kTooLarge = 1,
  kBadEnvelope = 2,
  kDigestMismatch = 3,
  kUnknownKey = 4,
  kBadSignature = 5,
  kBadInflate = 6,
  kWireLimit = 7,
  kBadEncoding = 8,
  kUnsupportedVersion = 9,
  kWrongEnvironment = 10,
  kRollback = 11,
  kEquivocation = 12,
  kFastForward = 13,
  kBadContent = 14,
  kCompileFailed = 15,
  kGoldenMismatch = 16,
  kPendingNotSaved = 17,
  kUnhealthy = 18,
  kLkgNotSaved = 19,
  kHeadExpired = 20,
};
std::string_view LoadCodeName(LoadCode code);  // "TOO_LARGE", ...

struct LoadError {
  int step = 0;  // 1..17, as in docs/snapshot-format.md
  LoadCode code = LoadCode::kNone;
};
// The step and code that `status` carries; nothing when it does not come from loading.
std::optional<LoadError> LoadErrorOf(const absl::Status& status);

// The keys that may sign, read from a Root file. Immutable; copies share it. Thread-safe.
class Root {
 public:
  // A Root that nothing trusts yet; every snapshot fails against it with UNKNOWN_KEY.
  Root() = default;

  // Checks that `bytes` is a Root signed by the threshold of its own root keys. That alone makes it
  // well-formed, not trusted: pin it with `digest` or take it from a trusted place.
  //
  // Errors: as Snapshot::Parse; DIGEST_MISMATCH when the SHA-256 of the whole file is not `pin`.
  static absl::StatusOr<Root> Parse(std::string_view bytes, const std::optional<Digest>& pin = std::nullopt);

  int64_t version() const;
  // Ids of the environments that have a snapshot key.
  std::span<const std::string> environments() const;
  // Of the whole file.
  const Digest& digest() const;

  const core::RootKeys* keys() const { return keys_.get(); }

 private:
  friend struct core::Access;
  std::shared_ptr<const core::RootKeys> keys_;
};

// The newest (epoch, version) seen; nothing older is accepted.
struct Floor {
  int64_t epoch = 0;
  int64_t version = 0;
  std::optional<Digest> digest = {};  // of `version`
};

struct Trust {
  Root root = {};
  std::string environment = {};           // id; empty accepts any environment of the Root
  std::optional<Audience> audience = {};  // nothing accepts both
  Floor floor = {};
};

// Data from outside the snapshot that the evaluator must see.
struct Overlay {
  enum class Stale : uint8_t {
    kKeep,        // decide as always (default)
    kDefaults,    // every flag yields the caller's default, reason STALE
    kFailClosed,  // flags marked fail_closed serve their off variant, reason STALE
  };
  std::span<const std::string> emergency_off = {};  // flag keys that serve their off variant
  Stale stale = Stale::kKeep;
};

// An immutable, verified set of flags for one environment: compiled rules, shared, and an overlay.
//
// Thread-safe: every method is const; copies cost two reference counts.
// A Decision is a view into it; Decision::Own() makes a copy that outlives it.
class Snapshot {
 public:
  // Without flags: every evaluation yields PROVIDER_NOT_READY.
  Snapshot();

  // Verifies, decodes and compiles `bytes` (a whole envelope). Keeps no reference to them.
  // A flag that cannot be compiled yields the caller's default and is listed in warnings().
  //
  // Errors (LoadErrorOf gives step and code):
  //   kInvalidArgument     not a snapshot, cut short, over a limit, or content that breaks the whole snapshot
  //   kDataLoss            digest does not match
  //   kPermissionDenied    signature missing or not by a trusted key, or another environment or audience
  //   kFailedPrecondition  older than the floor
  //   kUnimplemented       format or semantics version is newer than this library
  //   kInternal            golden vectors disagree
  static absl::StatusOr<Snapshot> Parse(std::string_view bytes, const Trust& trust);

  // The same rules under another overlay. Unknown flag keys in it are ignored.
  Snapshot With(const Overlay& overlay) const;

  bool is_ready() const { return ruleset_ != nullptr; }
  int64_t version() const;  // increases with every publish in the environment; never reused
  int64_t epoch() const;
  Time issued_at() const;
  std::string_view project() const;
  std::string_view environment() const;  // id
  Audience audience() const;
  const Digest& digest() const;  // SHA-256 of the payload as stored

  // Flags that could not be compiled and other defects, each naming its place.
  std::span<const std::string> warnings() const;

  struct FlagSummary {
    std::string_view key;
    ValueType type;
    bool is_enabled;
    bool is_broken;
  };
  size_t flag_count() const;
  // `index` in [0, flag_count()), in the snapshot's order.
  FlagSummary flag(size_t index) const;
  // Bytes of memory that the compiled rules take, which copies and overlays share. What regular expressions hold, at
  // most 256 KiB each, is not among them.
  size_t memory_bytes() const;

  // Names of the attributes that deciding `flag_key` may read, with those of its segments and prerequisites,
  // unit ids included; sorted. Empty for an unknown flag.
  std::vector<std::string_view> required_attributes(std::string_view flag_key) const;

  // For the rooms of this library.
  const std::shared_ptr<const core::Ruleset>& ruleset() const { return ruleset_; }
  const core::OverlayState* overlay() const { return overlay_.get(); }

 private:
  friend struct core::Access;
  std::shared_ptr<const core::Ruleset> ruleset_;
  std::shared_ptr<const core::OverlayState> overlay_;
};

}  // namespace v1
}  // namespace expt

#endif  // EXPT_SNAPSHOT_H_
