// A file system that fails on request, over the machine's.
#ifndef EXPT_TESTS_CLIENT_FAULTY_FILES_H_
#define EXPT_TESTS_CLIENT_FAULTY_FILES_H_

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "src/base/status.h"
#include "src/client/file_system.h"

namespace expt::test {

// Thread-safe: change it while a client uses it.
class FaultyFiles final : public client::FileSystem {
 public:
  // Bytes that still fit; an append that does not fit writes what does and fails.
  std::atomic<int64_t> room{std::numeric_limits<int64_t>::max()};
  std::atomic<bool> is_sync_failing{false};
  std::atomic<bool> is_directory_sync_failing{false};
  std::atomic<bool> is_read_failing{false};
  std::atomic<bool> is_read_only{false};
  std::atomic<int> syncs{0};
  std::atomic<int> appends_after_failed_sync{0};  // to a file whose sync failed

  absl::Status MakeDirectory(const std::string& path) override { return machine_->MakeDirectory(path); }
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override {
    return machine_->List(directory);
  }
  absl::StatusOr<std::unique_ptr<client::AppendFile>> Create(const std::string& path) override {
    if (is_read_only) return Failure("read-only file system");
    absl::StatusOr<std::unique_ptr<client::AppendFile>> file = machine_->Create(path);
    if (!file.ok()) return file.status();
    return std::make_unique<File>(this, *std::move(file));
  }
  absl::StatusOr<std::string> Read(const std::string& path, uint64_t offset, uint64_t size) override {
    if (is_read_failing) return Failure("input/output error");
    return machine_->Read(path, offset, size);
  }
  absl::Status Truncate(const std::string& path, uint64_t size) override { return machine_->Truncate(path, size); }
  absl::Status Remove(const std::string& path) override { return machine_->Remove(path); }
  absl::Status Rename(const std::string& from, const std::string& to) override { return machine_->Rename(from, to); }
  absl::Status SyncDirectory(const std::string& path) override {
    if (is_directory_sync_failing) return Failure("input/output error");
    return machine_->SyncDirectory(path);
  }

 private:
  class File final : public client::AppendFile {
   public:
    File(FaultyFiles* files, std::unique_ptr<client::AppendFile> file) : files_(files), file_(std::move(file)) {}
    absl::Status Append(std::string_view bytes) override {
      if (is_broken_) ++files_->appends_after_failed_sync;
      const int64_t room = files_->room;
      if (room >= static_cast<int64_t>(bytes.size())) {
        files_->room -= static_cast<int64_t>(bytes.size());
        return file_->Append(bytes);
      }
      if (room > 0) file_->Append(bytes.substr(0, static_cast<size_t>(room))).IgnoreError();
      files_->room = 0;
      return Failure("no space left on device");
    }
    absl::Status Sync() override {
      ++files_->syncs;
      if (!files_->is_sync_failing) return file_->Sync();
      is_broken_ = true;
      return Failure("input/output error");
    }

   private:
    FaultyFiles* const files_;
    const std::unique_ptr<client::AppendFile> file_;
    bool is_broken_ = false;
  };

  static absl::Status Failure(std::string_view why) {
    return base::Error(absl::StatusCode::kUnavailable, "cannot write: " + std::string(why));
  }

  client::FileSystem* const machine_ = client::MachineFiles();
};

}  // namespace expt::test

#endif  // EXPT_TESTS_CLIENT_FAULTY_FILES_H_
