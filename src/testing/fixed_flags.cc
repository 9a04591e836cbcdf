#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "expt/testing.h"
#include "src/base/status.h"
#include "src/client/core.h"
#include "src/client/fixed_snapshot.h"

namespace expt {
inline namespace v1 {
namespace testing {

using client::FixedFlag;

class FixedFlags::State {
 public:
  // Applies `change` to a copy of the flag of that key, or to a new one, and tells the clients. A change without which
  // there is a flag but not with it is refused.
  template <typename Change>
  void Edit(std::string_view key, Change change) {
    const std::lock_guard guard(mutex_);
    FixedFlag edited;
    edited.key = key;
    const auto place = Find(key);
    if (place != flags_.end()) edited = *place;
    change(edited);
    if (absl::Status status = CheckFixed(edited); !status.ok()) return Refuse(std::move(status));
    if (place != flags_.end()) {
      *place = std::move(edited);
    } else {
      flags_.push_back(std::move(edited));
    }
    Install();
  }

  void Remove(std::string_view key) {
    const std::lock_guard guard(mutex_);
    std::erase_if(flags_, [&](const FixedFlag& flag) { return flag.key == key; });
    Install();
  }

  void SetReady(bool is_ready) {
    const std::lock_guard guard(mutex_);
    is_ready_ = is_ready;
    Install();
  }

  Client Open(ClientOptions options) {
    if (options.event_sink == nullptr) options.event_sink = sink_;
    const std::shared_ptr<client::Core> core = client::Core::OpenFixed(std::move(options));
    const std::lock_guard guard(mutex_);
    std::erase_if(clients_, [](const std::weak_ptr<client::Core>& other) { return other.expired(); });
    clients_.push_back(core);
    core->SetFixedStatus(refused_);
    if (const std::optional<Snapshot> snapshot = MakeSnapshot()) core->InstallFixed(*snapshot);
    return client::Access::Make(core);
  }

  std::vector<ReportedEvent> Events() {
    for (const std::shared_ptr<client::Core>& core : Clients()) core->Flush(std::chrono::milliseconds(0));
    return sink_->events();
  }

 private:
  std::vector<FixedFlag>::iterator Find(std::string_view key) {
    return std::find_if(flags_.begin(), flags_.end(), [&](const FixedFlag& flag) { return flag.key == key; });
  }

  std::vector<std::shared_ptr<client::Core>> Clients() {
    const std::lock_guard guard(mutex_);
    return Open();
  }

  std::vector<std::shared_ptr<client::Core>> Open() {
    std::vector<std::shared_ptr<client::Core>> open;
    for (const std::weak_ptr<client::Core>& weak : clients_) {
      if (std::shared_ptr<client::Core> core = weak.lock()) open.push_back(std::move(core));
    }
    return open;
  }

  void Refuse(absl::Status status) {
    refused_ = std::move(status);
    for (const std::shared_ptr<client::Core>& core : Open()) core->SetFixedStatus(refused_);
  }

  // Nothing while the clients shall not be ready.
  std::optional<Snapshot> MakeSnapshot() {
    if (!is_ready_) return std::nullopt;
    absl::StatusOr<Snapshot> snapshot = client::FixedSnapshot(flags_, version_);
    if (snapshot.ok()) return *std::move(snapshot);
    Refuse(snapshot.status());
    return std::nullopt;
  }

  void Install() {
    ++version_;
    const Snapshot snapshot = MakeSnapshot().value_or(Snapshot());
    for (const std::shared_ptr<client::Core>& core : Open()) core->InstallFixed(snapshot);
  }

  const std::shared_ptr<RecordingSink> sink_ = std::make_shared<RecordingSink>();
  std::mutex mutex_;
  // All below: under mutex_.
  std::vector<FixedFlag> flags_;
  std::vector<std::weak_ptr<client::Core>> clients_;
  absl::Status refused_;
  int64_t version_ = 1;
  bool is_ready_ = true;
};

FixedFlags::FixedFlags(std::initializer_list<Attribute> flags) : state_(std::make_shared<State>()) {
  for (const Attribute& flag : flags) Set(flag.name, flag.value);
}

FixedFlags::~FixedFlags() = default;

FixedFlags& FixedFlags::Set(std::string_view flag, ValueView value) { return Set(flag, value, {}); }

FixedFlags& FixedFlags::Set(std::string_view flag, ValueView value, std::string_view variant) {
  state_->Edit(flag, [&](FixedFlag& edited) {
    edited = {.key = std::string(flag), .variant = {std::string(variant), Value(value)}, .for_units = {}};
  });
  return *this;
}

FixedFlags& FixedFlags::SetFor(std::string_view targeting_key, std::string_view flag, ValueView value) {
  state_->Edit(flag, [&](FixedFlag& edited) {
    std::erase_if(edited.for_units, [&](const auto& unit) { return unit.first == targeting_key; });
    edited.for_units.emplace_back(std::string(targeting_key), client::FixedVariant{"", Value(value)});
  });
  return *this;
}

FixedFlags& FixedFlags::Assign(std::string_view flag, std::string_view variant) {
  return Assign(flag, variant, variant);
}

FixedFlags& FixedFlags::Assign(std::string_view flag, std::string_view variant, ValueView value) {
  state_->Edit(flag, [&](FixedFlag& edited) {
    edited = {.key = std::string(flag),
              .variant = {std::string(variant), Value(value)},
              .for_units = {},
              .is_enabled = true,
              .is_experiment = true};
  });
  return *this;
}

FixedFlags& FixedFlags::Disable(std::string_view flag) {
  state_->Edit(flag, [](FixedFlag& edited) { edited.is_enabled = false; });
  return *this;
}

FixedFlags& FixedFlags::Remove(std::string_view flag) {
  state_->Remove(flag);
  return *this;
}

FixedFlags& FixedFlags::SetReady(bool is_ready) {
  state_->SetReady(is_ready);
  return *this;
}

Client FixedFlags::client(ClientOptions options) { return state_->Open(std::move(options)); }

std::vector<ReportedEvent> FixedFlags::events() { return state_->Events(); }

}  // namespace testing
}  // namespace v1
}  // namespace expt
