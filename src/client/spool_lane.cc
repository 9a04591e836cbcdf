#include "src/client/spool_lane.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "src/base/status.h"

namespace expt::client {
namespace {

constexpr std::string_view kExtension = ".events";
constexpr std::string_view kCorrupt = ".corrupt";
constexpr std::string_view kRejected = ".rejected";
constexpr uint64_t kMostBytes = 4 * kSpoolFileSize;  // of a file that is read
constexpr size_t kNumberDigits = 16;

std::string FileName(uint64_t number, std::string_view extension = kExtension) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string name(kNumberDigits, '0');
  for (size_t i = kNumberDigits; i-- > 0; number >>= 4) name[i] = kDigits[number & 15];
  return name.append(extension);
}

// 0 for a name of another kind.
uint64_t NumberOf(std::string_view name) {
  if (name.size() != kNumberDigits + kExtension.size() || !name.ends_with(kExtension)) return 0;
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + kNumberDigits, number, 16);
  return error == std::errc() && end == name.data() + kNumberDigits ? number : 0;
}

}  // namespace

SpoolLane::SpoolLane(const Settings& settings, std::string directory, std::unique_ptr<DirectoryLock> lock)
    : settings_(settings), directory_(std::move(directory)), lock_(std::move(lock)) {}

absl::StatusOr<std::unique_ptr<SpoolLane>> SpoolLane::Open(const Settings& settings, std::string directory, Time now) {
  if (absl::Status status = settings.files->MakeDirectory(directory); !status.ok()) return status;
  absl::StatusOr<std::unique_ptr<DirectoryLock>> lock = DirectoryLock::Take(directory);
  if (!lock.ok()) return lock.status();
  std::unique_ptr<SpoolLane> lane(new SpoolLane(settings, std::move(directory), *std::move(lock)));
  if (absl::Status status = lane->ReadAll(now); !status.ok()) return status;
  return lane;
}

std::string SpoolLane::PathOf(uint64_t number) const { return directory_ + "/" + FileName(number); }

absl::Status SpoolLane::ReadAll(Time now) {
  absl::StatusOr<std::vector<std::string>> names = settings_.files->List(directory_);
  if (!names.ok()) return names.status();
  std::vector<uint64_t> numbers;
  std::vector<std::string> corrupt;
  std::vector<std::string> rejected;
  for (std::string& name : *names) {
    if (const uint64_t number = NumberOf(name); number != 0) numbers.push_back(number);
    if (name.ends_with(kCorrupt)) corrupt.push_back(std::move(name));
    if (name.ends_with(kRejected)) rejected.push_back(std::move(name));
  }
  std::sort(numbers.begin(), numbers.end());
  for (const uint64_t number : numbers) ReadOne(number);
  if (!numbers.empty()) last_number_ = numbers.back();
  ForgetOld(std::move(corrupt));
  ForgetOld(std::move(rejected));
  acked_.offset = std::max<uint64_t>(acked_.offset, kSpoolHeaderSize);
  if (!files_.empty() && acked_.file < files_.front().number) acked_ = {files_.front().number, kSpoolHeaderSize};
  next_ = acked_;
  std::erase_if(files_, [this](File& file) {
    if (CountWaiting(file)) return false;
    bytes_ -= file.size;
    return true;
  });
  RemoveAcknowledged();
  const int64_t oldest_ms = (now.time_since_epoch() - settings_.max_age).count();
  while (!files_.empty() && files_.front().header.made_at_ms < oldest_ms) DropOldest(DropReason::kExpired);
  return absl::OkStatus();
}

void SpoolLane::ReadOne(uint64_t number) {
  const std::string path = PathOf(number);
  absl::StatusOr<std::string> bytes = settings_.files->Read(path, 0, kMostBytes);
  if (!bytes.ok()) {
    warnings_.push_back("spool: file " + FileName(number) + ": " + base::TextOf(bytes.status()));
    return;
  }
  const std::optional<SpoolHeader> header = DecodeSpoolHeader(*bytes);
  if (!header.has_value()) return SetAside(path, *bytes, 0);
  uint64_t offset = kSpoolHeaderSize;
  while (const std::optional<SpoolRecord> record = ReadSpoolRecord(std::string_view(*bytes).substr(offset))) {
    if (const std::optional<SpoolPosition> position = SpoolProgressOf(*record)) acked_ = std::max(acked_, *position);
    offset += record->size;
  }
  if (offset < bytes->size()) SetAside(path, *bytes, offset);
  files_.push_back({.number = number, .header = *header, .size = offset});
  bytes_ += offset;
}

// Keeps what is behind the first `good` bytes under another name.
void SpoolLane::SetAside(const std::string& path, std::string_view bytes, uint64_t good) {
  FileSystem& files = *settings_.files;
  const std::string name = path.substr(directory_.size() + 1);
  warnings_.push_back("spool: file " + name + ": expected a whole record at offset " + std::to_string(good) +
                      ", the rest (" + std::to_string(bytes.size() - good) + " bytes) is kept as " + name +
                      std::string(kCorrupt));
  const std::string aside = path + std::string(kCorrupt);
  files.Remove(aside).IgnoreError();  // of an earlier attempt
  if (good == 0) return files.Rename(path, aside).IgnoreError();
  absl::StatusOr<std::unique_ptr<AppendFile>> copy = files.Create(aside);
  if (copy.ok() && (*copy)->Append(bytes.substr(good)).ok() && (*copy)->Sync().ok()) {
    files.Truncate(path, good).IgnoreError();  // else it is found again at the next start
  }
}

void SpoolLane::ForgetOld(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  for (size_t i = 0; i + kMaxAside < names.size(); ++i) {
    settings_.files->Remove(directory_ + "/" + names[i]).IgnoreError();
  }
}

uint64_t SpoolLane::UnreadBegin(const File& file) const {
  if (next_.file == file.number) return next_.offset;
  return next_.file > file.number ? file.size : kSpoolHeaderSize;
}

// False where the file cannot be read: it stays for the next start.
bool SpoolLane::CountWaiting(File& file) {
  uint64_t offset = UnreadBegin(file);
  const Visited visited = VisitEvents(file, offset, [&](const EncodedEvent& event) {
    ++file.unread;
    if (!event.is_summary()) ++file.unread_counted;
    return true;
  });
  if (visited == Visited::kUnreadable) return false;
  unread_ += file.unread;
  unread_counted_ += file.unread_counted;
  return true;
}

// Calls visit(event) for the events of `file` from `offset` on, until it returns false. Sets `offset` to the first
// record that was not visited.
template <typename Visit>
SpoolLane::Visited SpoolLane::VisitEvents(const File& file, uint64_t& offset, Visit visit) {
  if (offset >= file.size) return Visited::kAll;
  const absl::StatusOr<std::string> bytes =
      settings_.files->Read(PathOf(file.number), offset, file.size - offset);
  if (!bytes.ok()) {
    warnings_.push_back("spool: file " + FileName(file.number) + ": " + base::TextOf(bytes.status()));
    return Visited::kUnreadable;
  }
  std::string_view rest = *bytes;
  while (const std::optional<SpoolRecord> record = ReadSpoolRecord(rest)) {
    std::optional<EncodedEvent> event = SpoolEventOf(*record);
    if (event.has_value() && !visit(*event)) return Visited::kStopped;
    rest.remove_prefix(record->size);
    offset += record->size;
  }
  return offset == file.size ? Visited::kAll : Visited::kDamaged;
}

// What is behind `offset` turned out not to be readable. The server sees a gap.
void SpoolLane::ForgetRest(File& file, uint64_t offset) {
  warnings_.push_back("spool: file " + FileName(file.number) + ": damaged at offset " + std::to_string(offset) + ", " +
                      std::to_string(file.unread) + " events are lost");
  if (&file == &files_.back()) current_ = nullptr;
  bytes_ -= file.size - offset;
  file.size = offset;
  unread_ -= file.unread;
  if (file.is_own) unread_own_ -= file.unread;
  if (file.is_own) lost_own_ += file.unread_counted;
  unread_counted_ -= file.unread_counted;
  file.unread = file.unread_counted = 0;
}

size_t SpoolLane::Append(std::span<const EncodedEvent> events, Time now, absl::Status& status) {
  size_t safe = 0;
  while (safe < events.size()) {
    std::string chunk;
    size_t end = safe;
    while (end < events.size() && chunk.size() < kSpoolFileSize / 2) PutSpoolEvent(chunk, events[end++]);
    MakeRoom(chunk.size());
    status = StartFile(now);
    if (status.ok()) status = Write(chunk, /*sync=*/true);
    if (!status.ok()) return safe;
    const auto written = events.subspan(safe, end - safe);
    const auto counted = static_cast<uint64_t>(std::count_if(
        written.begin(), written.end(), [](const EncodedEvent& event) { return !event.is_summary(); }));
    files_.back().unread += written.size();
    files_.back().unread_counted += counted;
    unread_ += written.size();
    unread_own_ += written.size();
    unread_counted_ += counted;
    safe = end;
  }
  status = absl::OkStatus();
  return safe;
}

// Goes on with a new file where the current one is full, old or not to be written.
absl::Status SpoolLane::StartFile(Time now) {
  if (current_ != nullptr) {
    const File& file = files_.back();
    const auto age = now.time_since_epoch() - std::chrono::milliseconds(file.header.made_at_ms);
    if (file.size < kSpoolFileSize && age < kSpoolFileLife) return absl::OkStatus();
  }
  current_ = nullptr;
  const uint64_t number = last_number_ + 1;
  absl::StatusOr<std::unique_ptr<AppendFile>> made = settings_.files->Create(PathOf(number));
  if (!made.ok()) return made.status();
  last_number_ = number;
  const SpoolHeader header{.instance_id = settings_.instance_id, .made_at_ms = now.time_since_epoch().count()};
  absl::Status status = (*made)->Append(EncodeSpoolHeader(header));
  if (status.ok()) status = settings_.files->SyncDirectory(directory_);
  if (!status.ok()) {
    settings_.files->Remove(PathOf(number)).IgnoreError();
    return status;
  }
  if (files_.empty()) acked_ = next_ = {number, kSpoolHeaderSize};
  files_.push_back({.number = number, .header = header, .size = kSpoolHeaderSize, .is_own = true});
  bytes_ += kSpoolHeaderSize;
  current_ = *std::move(made);
  return absl::OkStatus();
}

absl::Status SpoolLane::Write(std::string_view bytes, bool sync) {
  absl::Status status = current_->Append(bytes);
  if (status.ok() && sync) status = current_->Sync();
  if (!status.ok()) {
    current_ = nullptr;
    if (files_.back().size == kSpoolHeaderSize) {
      RemoveFile(files_.back());
      files_.pop_back();
    }
    return status;
  }
  files_.back().size += bytes.size();
  bytes_ += bytes.size();
  return status;
}

void SpoolLane::MakeRoom(uint64_t bytes) {
  while (!files_.empty() && bytes_ + bytes > settings_.max_bytes) DropOldest(DropReason::kSpoolFull);
}

void SpoolLane::DropOldest(DropReason reason) {
  const File file = files_.front();
  uint64_t offset = UnreadBegin(file);
  uint64_t named = 0;
  VisitEvents(file, offset, [&](const EncodedEvent& event) {
    settings_.drops->Add(reason, event.kind, event.experiment, event.variant);
    ++named;
    return true;
  });
  settings_.drops->Add(reason, EventKind::kMetric, {}, {}, file.unread - std::min(named, file.unread));
  unread_ -= file.unread;
  if (file.is_own) unread_own_ -= file.unread;
  if (file.is_own) lost_own_ += file.unread_counted;
  unread_counted_ -= file.unread_counted;
  RemoveFile(file);
  files_.pop_front();
  if (files_.empty()) current_ = nullptr;
  const SpoolPosition begin = {files_.empty() ? last_number_ + 1 : files_.front().number, kSpoolHeaderSize};
  acked_ = std::max(acked_, begin);
  next_ = std::max(next_, begin);
}

void SpoolLane::RemoveFile(const File& file) {
  bytes_ -= file.size;
  const absl::Status status = settings_.files->Remove(PathOf(file.number));
  if (!status.ok()) warnings_.push_back("spool: file " + FileName(file.number) + ": " + base::TextOf(status));
}

SpoolLane::Taken SpoolLane::Take(size_t max_events, size_t max_bytes) {
  Taken taken;
  for (File& file : files_) {
    if (file.number < next_.file) continue;
    if (file.number > next_.file) next_ = {file.number, kSpoolHeaderSize};
    size_t bytes = 0;
    uint64_t counted = 0;
    const Visited visited = VisitEvents(file, next_.offset, [&](EncodedEvent& event) {
      if (taken.events.size() >= max_events) return false;
      if (!taken.events.empty() && bytes + event.bytes.size() > max_bytes) return false;
      bytes += event.bytes.size();
      if (!event.is_summary()) ++counted;
      taken.events.push_back(std::move(event));
      return true;
    });
    in_hand_ += taken.events.size();
    in_hand_counted_ += counted;
    file.unread -= taken.events.size();
    file.unread_counted -= counted;
    unread_ -= taken.events.size();
    if (file.is_own) unread_own_ -= taken.events.size();
    unread_counted_ -= counted;
    if (visited == Visited::kDamaged) ForgetRest(file, next_.offset);
    taken.instance_id = file.header.instance_id;
    taken.is_own = file.is_own;
    if (!taken.events.empty() || visited == Visited::kUnreadable) break;
  }
  return taken;
}

void SpoolLane::Acknowledge() {
  in_hand_ = in_hand_counted_ = 0;
  if (files_.empty() || !(acked_ < next_)) return;
  acked_ = next_;
  RemoveAcknowledged();
  if (current_ == nullptr || files_.empty()) return;
  // Not synced: what is lost of it is only sent again.
  std::string record;
  PutSpoolProgress(record, acked_);
  const absl::Status status = Write(record, /*sync=*/false);
  if (!status.ok()) warnings_.push_back("spool: " + base::TextOf(status));
}

// With nothing in hand: files without unread events are done with.
void SpoolLane::RemoveAcknowledged() {
  while (!files_.empty() && files_.front().unread == 0) {
    if (current_ != nullptr && files_.size() == 1) return;
    RemoveFile(files_.front());
    files_.pop_front();
  }
  const SpoolPosition begin = {files_.empty() ? last_number_ + 1 : files_.front().number, kSpoolHeaderSize};
  acked_ = std::max(acked_, begin);
  next_ = std::max(next_, begin);
}

void SpoolLane::KeepRejected(std::string_view code, const EncodedEvent& event) {
  std::string bytes;
  if (rejected_bytes_ == 0) bytes = EncodeSpoolHeader({.instance_id = settings_.instance_id});
  PutSpoolRejection(bytes, code, event);
  if (rejected_bytes_ + bytes.size() > kMaxRejected) return;
  if (rejected_bytes_ == 0) {
    absl::StatusOr<std::unique_ptr<AppendFile>> file =
        settings_.files->Create(directory_ + "/" + FileName(last_number_ + 1, kRejected));
    if (file.ok()) rejected_ = *std::move(file);
  }
  rejected_bytes_ += bytes.size();
  // For a look only: the event is counted as dropped.
  if (rejected_ != nullptr && !rejected_->Append(bytes).ok()) rejected_ = nullptr;
}

void SpoolLane::Tidy() {
  if (unread_ != 0 || in_hand_ != 0) return;
  current_ = nullptr;
  for (const File& file : std::exchange(files_, {})) RemoveFile(file);
}

}  // namespace expt::client
