// What the handles of expt/c.h hold. Compiled into libexpt_c only, like every c_*.cc.
#ifndef EXPT_SRC_CLIENT_C_HANDLES_H_
#define EXPT_SRC_CLIENT_C_HANDLES_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expt/c.h"
#include "expt/client.h"
#include "expt/context.h"
#include "expt/evaluate.h"
#include "expt/snapshot.h"

struct expt_text {
  std::string text;
};

struct expt_error {
  expt_code code = EXPT_OK;
  std::string message;
  expt::LoadError load;
};

// Attributes in the order in which they were set, and the expt::Context made of them when it is first used.
struct expt_context {
  struct Entry {
    std::string name;
    expt::ValueType type = expt::ValueType::kMissing;
    bool boolean = false;
    int64_t integer = 0;
    double real = 0;
    std::string text;          // a string, or the strings of a list one after the other
    std::vector<size_t> ends;  // of the strings of a list
  };

  // Makes the context if that was not done since the last change. Throws std::bad_alloc.
  const expt::Context& sealed() const {
    if (!is_sealed.load(std::memory_order_acquire)) Seal();
    return context;
  }
  void Seal() const;

  std::vector<Entry> entries;  // the first `count` are set; the rest keep their memory
  size_t count = 0;
  bool is_overfull = false;

  mutable std::atomic<bool> is_sealed{false};
  mutable std::mutex mutex;  // held while the rest is made
  mutable expt::Context context;
  mutable std::vector<expt::Attribute> attributes;
  mutable std::vector<std::string_view> lists;
};

struct expt_decision {
  expt::Snapshot snapshot;                   // keeps `view` alive, or
  std::optional<expt::OwnedDecision> owned;  // this does
  expt::Decision view;
};

struct expt_root {
  expt::Root root;
};

struct expt_snapshot {
  expt::Snapshot snapshot;
};

struct expt_sticky {
  expt::StickyAssignments assignments;
};

struct expt_client {
  expt::Client client;
};

struct expt_status {
  expt::ClientStatus status;
};

#endif  // EXPT_SRC_CLIENT_C_HANDLES_H_
