// One directory of the spool: files of one process at a time, the oldest first.
//
//   0000000000000007.events   [##########]            acknowledged files are removed
//   0000000000000008.events   [####......]            acked_ <= next_ <= end
//   0000000000000009.events   [.....>                 the file that is written
//   *.rejected                events that the server refused for good, for a look
//   *.corrupt                 what could not be read, for a look
//   lock                      held while a process uses the directory
//
// Invariants:
//   1. A file counts up to `size`: whole records that were written, and synced. What lies behind is not there.
//   2. After a write or sync that failed a file is never written again.
//   3. Everything before acked_ is acknowledged or dropped and counted; what Take() gave lies in [acked_, next_).
#ifndef EXPT_SRC_CLIENT_SPOOL_LANE_H_
#define EXPT_SRC_CLIENT_SPOOL_LANE_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "src/client/drop_counts.h"
#include "src/client/file_system.h"
#include "src/client/spool_format.h"

namespace expt::client {

inline constexpr uint64_t kSpoolFileSize = 1u << 20;  // a file ends with the record that reaches it
inline constexpr std::chrono::hours kSpoolFileLife{1};
inline constexpr uint64_t kMaxRejected = 1u << 20;  // bytes of a process
inline constexpr size_t kMaxAside = 4;              // files .rejected, and as many .corrupt, that are kept

// Not thread-safe: the background thread's.
class SpoolLane {
 public:
  struct Settings {
    FileSystem* files = nullptr;
    InstanceId instance_id{};  // of the events that are appended
    uint64_t max_bytes = 64u << 20;
    std::chrono::milliseconds max_age{0};
    DropCounts* drops = nullptr;
  };
  // Makes and locks the directory and reads what is there. Events older than max_age are dropped and counted.
  //
  // Errors: kFailedPrecondition when another process holds it; kUnavailable.
  static absl::StatusOr<std::unique_ptr<SpoolLane>> Open(const Settings& settings, std::string directory, Time now);

  // Writes and syncs `events`, dropping and counting the oldest files to stay within max_bytes. Returns how many of
  // them, from the first on, are safe; all of them when `status` is OK.
  size_t Append(std::span<const EncodedEvent> events, Time now, absl::Status& status);

  struct Taken {
    InstanceId instance_id{};
    bool is_own = false;  // appended through this object
    std::vector<EncodedEvent> events;
  };
  // Reads on: events of one instance, at most `max_events` of `max_bytes` in all, but at least one if there is any.
  // None although unread() is not 0: the disk does not give them now.
  Taken Take(size_t max_events, size_t max_bytes);

  // All that was taken is done with.
  void Acknowledge();

  // Keeps an event that the server refused for good.
  void KeepRejected(std::string_view code, const EncodedEvent& event);

  // Events but summaries that are not acknowledged.
  uint64_t events() const { return unread_counted_ + in_hand_counted_; }
  // Events that Take() has not given yet; and those of them that were appended through this object.
  uint64_t unread() const { return unread_; }
  uint64_t unread_own() const { return unread_own_; }

  // Events but summaries that were appended through this object and lost again: dropped for room, or unreadable.
  uint64_t lost_own() const { return lost_own_; }

  // Removes every file when nothing is left to be sent.
  void Tidy();

  // What could not be read, since the last call.
  std::vector<std::string> TakeWarnings() { return std::exchange(warnings_, {}); }

 private:
  struct File {
    uint64_t number = 0;
    SpoolHeader header;
    uint64_t size = 0;
    bool is_own = false;         // appended through this object
    uint64_t unread = 0;         // events behind next_
    uint64_t unread_counted = 0;  // of them, but summaries
  };

  SpoolLane(const Settings& settings, std::string directory, std::unique_ptr<DirectoryLock> lock);

  absl::Status ReadAll(Time now);
  void ReadOne(uint64_t number);
  void SetAside(const std::string& path, std::string_view bytes, uint64_t good);
  void ForgetOld(std::vector<std::string> names);
  bool CountWaiting(File& file);

  absl::Status StartFile(Time now);
  absl::Status Write(std::string_view bytes, bool sync);
  void MakeRoom(uint64_t bytes);
  void DropOldest(DropReason reason);
  void RemoveFile(const File& file);
  void RemoveAcknowledged();
  enum class Visited : uint8_t { kAll, kStopped, kUnreadable, kDamaged };
  template <typename Visit>
  Visited VisitEvents(const File& file, uint64_t& offset, Visit visit);
  void ForgetRest(File& file, uint64_t offset);
  uint64_t UnreadBegin(const File& file) const;

  std::string PathOf(uint64_t number) const;

  const Settings settings_;
  const std::string directory_;
  const std::unique_ptr<DirectoryLock> lock_;
  std::deque<File> files_;  // by number
  std::unique_ptr<AppendFile> current_;  // of files_.back(); null when that is not to be written
  uint64_t last_number_ = 0;
  SpoolPosition acked_;
  SpoolPosition next_;
  uint64_t bytes_ = 0;  // of all files
  uint64_t unread_ = 0;
  uint64_t unread_own_ = 0;
  uint64_t unread_counted_ = 0;
  uint64_t lost_own_ = 0;
  uint64_t in_hand_ = 0;  // taken and not acknowledged
  uint64_t in_hand_counted_ = 0;  // of them, but summaries
  std::unique_ptr<AppendFile> rejected_;
  uint64_t rejected_bytes_ = 0;
  std::vector<std::string> warnings_;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_SPOOL_LANE_H_
