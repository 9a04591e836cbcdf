// A disk that fails when told to: SQLite's own file system layer with xWrite and xSync in our hands.
#ifndef EXPT_TESTS_STORAGE_FAULTY_DISK_H_
#define EXPT_TESTS_STORAGE_FAULTY_DISK_H_

#include <sqlite3.h>

#include <atomic>

namespace expt::storage {

// One at a time. Serves every database opened while it lives; each must be closed before it goes.
class FaultyDisk {
 public:
  FaultyDisk() {
    real_ = sqlite3_vfs_find(nullptr);
    vfs_ = *real_;
    vfs_.zName = "faulty";
    vfs_.pNext = nullptr;
    vfs_.xOpen = Open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FaultyDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
    is_full = false;
    fails_sync = false;
  }
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  static inline std::atomic<bool> is_full = false;
  static inline std::atomic<bool> fails_sync = false;

 private:
  struct Table {
    const sqlite3_io_methods* real;
    sqlite3_io_methods changed;
  };
  static const sqlite3_io_methods* Real(sqlite3_file* file) {
    const Table* table = tables_;
    while (&table->changed != file->pMethods) ++table;
    return table->real;
  }
  static int Open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
    const int code = real_->xOpen(real_, name, file, flags, out_flags);
    if (code != SQLITE_OK || file->pMethods == nullptr) return code;
    // The layer has one table of methods for each kind of locking; each gets its changed copy.
    Table* table = tables_;
    while (table->real != nullptr && table->real != file->pMethods) ++table;
    table->real = file->pMethods;
    table->changed = *file->pMethods;
    table->changed.xWrite = Write;
    table->changed.xSync = Sync;
    file->pMethods = &table->changed;
    return code;
  }
  static int Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
    return is_full ? SQLITE_FULL : Real(file)->xWrite(file, bytes, size, offset);
  }
  static int Sync(sqlite3_file* file, int flags) {
    return fails_sync ? SQLITE_IOERR_FSYNC : Real(file)->xSync(file, flags);
  }

  static inline sqlite3_vfs* real_ = nullptr;
  static inline sqlite3_vfs vfs_;
  static inline Table tables_[8] = {};
};

}  // namespace expt::storage

#endif  // EXPT_TESTS_STORAGE_FAULTY_DISK_H_
