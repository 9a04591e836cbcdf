#include "flag_index.h"

#include <utility>

namespace expt::python {

FlagIndex::FlagIndex(Snapshot snapshot) : snapshot_(std::move(snapshot)) {
  rows_.reserve(snapshot_.flag_count());
  for (size_t i = 0; i < snapshot_.flag_count(); ++i) {
    const Snapshot::FlagSummary flag = snapshot_.flag(i);
    rows_.emplace(flag.key, Row{flag.type, nullptr});
  }
}

const FlagEntry* FlagIndex::Find(std::string_view flag) {
  const auto found = rows_.find(flag);
  if (found == rows_.end()) return nullptr;
  Row& row = found->second;
  if (row.entry != nullptr) return row.entry.get();
  auto entry = std::make_unique<FlagEntry>();
  entry->type = row.type;
  for (const std::string_view name : snapshot_.required_attributes(flag)) {
    PyObject* key = PyUnicode_DecodeUTF8(name.data(), static_cast<Py_ssize_t>(name.size()), "replace");
    if (key == nullptr) {
      PyErr_Clear();
      throw std::bad_alloc();
    }
    PyUnicode_InternInPlace(&key);
    entry->keys.push_back(Reference::Steal(key));
  }
  entry->names = snapshot_.required_attributes(flag);
  row.entry = std::move(entry);
  return row.entry.get();
}

}  // namespace expt::python
