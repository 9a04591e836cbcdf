// A set of 64-bit fingerprints of event ids, each with the log file that may hold the event.
//
// Open addressing in two arrays, 10 bytes a slot, at most 70 % full:
//
//   prints_ | 0 | 7f3a.. | 0 | 02c1.. | ...     0 is an empty slot
//   files_  | - |      3 | - |      4 | ...     index of the file
#ifndef EXPT_CONTROL_PLANE_STORAGE_EVENT_FINGERPRINTS_H_
#define EXPT_CONTROL_PLANE_STORAGE_EVENT_FINGERPRINTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace expt::storage {

// Not thread-safe. A hit says "perhaps": the file is asked. A miss is certain.
class EventFingerprints {
 public:
  EventFingerprints();

  void Add(uint64_t fingerprint, uint16_t file);
  // Drops every fingerprint of `file`. Cost: a walk over the whole set.
  void Remove(uint16_t file);

  // Calls `visit(file)` for each file the fingerprint was added with, until it returns true.
  // True when a visit did.
  template <typename Visit>
  bool Find(uint64_t fingerprint, Visit visit) const {
    if (fingerprint == 0) fingerprint = 1;
    for (size_t slot = fingerprint & mask_; prints_[slot] != 0; slot = (slot + 1) & mask_) {
      if (prints_[slot] == fingerprint && visit(files_[slot])) return true;
    }
    return false;
  }

  size_t size() const { return size_; }

 private:
  void Insert(uint64_t fingerprint, uint16_t file);
  void Rebuild(size_t slots, int without);

  std::vector<uint64_t> prints_;
  std::vector<uint16_t> files_;
  size_t mask_ = 0;
  size_t size_ = 0;
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_EVENT_FINGERPRINTS_H_
