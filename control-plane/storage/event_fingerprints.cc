#include "control-plane/storage/event_fingerprints.h"

#include <utility>

namespace expt::storage {
namespace {
constexpr size_t kFirstSlots = 1024;
}  // namespace

EventFingerprints::EventFingerprints() : prints_(kFirstSlots), files_(kFirstSlots), mask_(kFirstSlots - 1) {}

void EventFingerprints::Add(uint64_t fingerprint, uint16_t file) {
  if ((size_ + 1) * 10 > prints_.size() * 7) Rebuild(prints_.size() * 2, -1);
  Insert(fingerprint == 0 ? 1 : fingerprint, file);
}

void EventFingerprints::Remove(uint16_t file) { Rebuild(prints_.size(), file); }

void EventFingerprints::Insert(uint64_t fingerprint, uint16_t file) {
  size_t slot = fingerprint & mask_;
  while (prints_[slot] != 0) slot = (slot + 1) & mask_;
  prints_[slot] = fingerprint;
  files_[slot] = file;
  ++size_;
}

void EventFingerprints::Rebuild(size_t slots, int without) {
  std::vector<uint64_t> prints(slots);
  std::vector<uint16_t> files(slots);
  prints_.swap(prints);
  files_.swap(files);
  mask_ = slots - 1;
  size_ = 0;
  for (size_t i = 0; i < prints.size(); ++i) {
    if (prints[i] != 0 && files[i] != without) Insert(prints[i], files[i]);
  }
}

}  // namespace expt::storage
