#include "src/client/store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "src/base/status.h"
#include "src/client/file_system.h"
#include "src/client/saved_file.h"

namespace expt::client {
namespace {

constexpr std::string_view kCurrent = "current.lkg";
constexpr std::string_view kPrevious = "previous.lkg";
constexpr std::string_view kNext = "next.lkg";
constexpr std::string_view kState = "state";
constexpr size_t kStateParts = 9;  // and the Root files
constexpr std::string_view kGuard = "guard";
constexpr size_t kGuardParts = 2;    // and the suspects
constexpr size_t kSuspectParts = 3;  // each

std::string_view NameOf(Store::Slot slot) { return slot == Store::Slot::kCurrent ? kCurrent : kPrevious; }

absl::Status Unusable(std::string_view what) {
  return base::Error(absl::StatusCode::kUnavailable,
                     "data_directory: " + std::string(what) + ": " + std::strerror(errno));
}

std::string DigestText(const std::optional<Digest>& digest) {
  return digest.has_value() ? std::string(digest->begin(), digest->end()) : std::string();
}

std::optional<Digest> DigestOf(std::string_view text) {
  Digest digest{};
  if (text.size() != digest.size()) return std::nullopt;
  std::copy(text.begin(), text.end(), digest.begin());
  return digest;
}

int64_t IntegerOf(std::string_view text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const std::string& directory) {
  if (!MachineFiles()->MakeDirectory(directory).ok()) return Unusable("cannot make it");
  const std::string path = directory + "/lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return Unusable("cannot open its lock file");
  std::unique_ptr<Store> store(new Store(directory, fd));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Unusable("cannot lock it");
    char pid[32] = "";
    const ssize_t size = pread(fd, pid, sizeof pid - 1, 0);
    std::string holder(pid, size > 0 ? static_cast<size_t>(size) : 0);
    holder.erase(std::find(holder.begin(), holder.end(), '\n'), holder.end());
    return base::Error(absl::StatusCode::kFailedPrecondition,
                       "data_directory: in use by another client, process " + (holder.empty() ? "unknown" : holder));
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) < 0) return Unusable("cannot write its lock file");
  return store;
}

Store::~Store() { close(lock_); }

void Store::LeaveToParent() const { close(lock_); }

absl::Status Store::SaveSnapshot(const SavedSnapshot& saved) {
  if (absl::Status status = WriteSavedFile(directory_, kNext, PartsOf(saved)); !status.ok()) return status;
  if (absl::Status status = RenameSavedFile(directory_, kCurrent, kPrevious); !status.ok()) return status;
  return RenameSavedFile(directory_, kNext, kCurrent);
}

absl::Status Store::SaveState(const SavedState& state) {
  const std::string texts[] = {
      state.environment,
      std::to_string(static_cast<int>(state.audience)),
      std::to_string(state.floor.epoch),
      std::to_string(state.floor.version),
      DigestText(state.floor.digest),
      std::to_string(state.head_floor.epoch),
      std::to_string(state.head_floor.head_number),
      DigestText(state.head_floor.digest),
  };
  std::vector<std::string_view> parts(std::begin(texts), std::end(texts));
  parts.push_back(state.head);
  parts.insert(parts.end(), state.roots.begin(), state.roots.end());
  return WriteSavedFile(directory_, kState, parts);
}

absl::StatusOr<std::vector<std::string>> Store::Load(std::string_view name) {
  absl::StatusOr<std::vector<std::string>> parts = ReadSavedFile(directory_, name);
  if (absl::IsDataLoss(parts.status())) {
    // Best effort: when it cannot be renamed it is skipped all the same.
    RenameSavedFile(directory_, name, std::string(name) + ".corrupt").IgnoreError();
  }
  return parts;
}

absl::StatusOr<SavedSnapshot> Store::LoadSnapshot(Slot slot) {
  absl::StatusOr<std::vector<std::string>> parts = Load(NameOf(slot));
  if (!parts.ok()) return parts.status();
  std::optional<SavedSnapshot> saved = SavedSnapshotOf(*std::move(parts));
  if (saved.has_value()) return *std::move(saved);
  MarkCorrupt(slot);
  return base::Error(absl::StatusCode::kDataLoss, "cache \"" + std::string(NameOf(slot)) + "\": parts are missing");
}

absl::StatusOr<SavedState> Store::LoadState() {
  absl::StatusOr<std::vector<std::string>> parts = Load(kState);
  if (!parts.ok()) return parts.status();
  if (parts->size() < kStateParts) {
    return base::Error(absl::StatusCode::kDataLoss, "cache \"state\": parts are missing");
  }
  SavedState state;
  state.environment = (*parts)[0];
  state.audience = static_cast<Audience>(IntegerOf((*parts)[1]));
  state.floor = {.epoch = IntegerOf((*parts)[2]), .version = IntegerOf((*parts)[3]), .digest = DigestOf((*parts)[4])};
  state.head_floor = {
      .epoch = IntegerOf((*parts)[5]), .head_number = IntegerOf((*parts)[6]), .digest = DigestOf((*parts)[7])};
  state.head = std::move((*parts)[8]);
  state.roots.assign(std::make_move_iterator(parts->begin() + kStateParts), std::make_move_iterator(parts->end()));
  return state;
}

absl::Status Store::SaveGuard(const SavedGuard& guard) {
  std::vector<std::string> texts = {DigestText(guard.on_trial), std::to_string(guard.starts_in_a_row)};
  for (const SavedGuard::Suspect& suspect : guard.suspects) {
    texts.push_back(DigestText(suspect.digest));
    texts.push_back(std::to_string(suspect.starts));
    texts.push_back(std::to_string(suspect.until_ms));
  }
  const std::vector<std::string_view> parts(texts.begin(), texts.end());
  return WriteSavedFile(directory_, kGuard, parts);
}

absl::StatusOr<SavedGuard> Store::LoadGuard() {
  absl::StatusOr<std::vector<std::string>> parts = Load(kGuard);
  if (!parts.ok()) return parts.status();
  if (parts->size() < kGuardParts || (parts->size() - kGuardParts) % kSuspectParts != 0) {
    return base::Error(absl::StatusCode::kDataLoss, "cache \"guard\": parts are missing");
  }
  SavedGuard guard;
  guard.on_trial = DigestOf((*parts)[0]);
  guard.starts_in_a_row = static_cast<uint32_t>(IntegerOf((*parts)[1]));
  for (size_t i = kGuardParts; i < parts->size(); i += kSuspectParts) {
    const std::optional<Digest> digest = DigestOf((*parts)[i]);
    if (!digest.has_value()) continue;
    guard.suspects.push_back({.digest = *digest,
                              .starts = static_cast<uint32_t>(IntegerOf((*parts)[i + 1])),
                              .until_ms = IntegerOf((*parts)[i + 2])});
  }
  return guard;
}

void Store::MarkCorrupt(Slot slot) {
  RenameSavedFile(directory_, NameOf(slot), std::string(NameOf(slot)) + ".corrupt").IgnoreError();
}

}  // namespace expt::client
