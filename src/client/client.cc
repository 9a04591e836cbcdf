#include "expt/client.h"

#include <limits>
#include <utility>

#include "src/base/status.h"
#include "src/client/core.h"
#include "src/client/file_system.h"
#include "src/client/fixed_snapshot.h"

namespace expt {
inline namespace v1 {
namespace {

constexpr std::chrono::seconds kCloseTime{2};  // client.h

template <typename T>
struct Used {
  T result;
  bool is_used;
};

// Texts are copied while the snapshot is held.
std::string TextValue(client::Core& core, FlagRef flag, const Context& context, std::string_view fallback,
                      const DecideOptions& options) {
  return core.Evaluate(flag, context, ValueType::kString, options, [fallback](const Decision& decision) {
    return Used<std::string>{std::string(decision.ValueOr<std::string_view>(fallback)), decision.has_value()};
  });
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  constexpr uint64_t kMostBytes = 64u << 20;
  absl::StatusOr<std::string> bytes = client::MachineFiles()->Read(path, 0, kMostBytes);
  if (bytes.ok()) return bytes;
  return base::Error(bytes.status().code(), "file \"" + path + "\": " + base::TextOf(bytes.status()));
}

}  // namespace

absl::StatusOr<Client> Client::Open(ClientOptions options) {
  absl::StatusOr<std::shared_ptr<client::Core>> core = client::Core::Open(std::move(options));
  if (!core.ok()) return core.status();
  return Client(*std::move(core));
}

Client Client::Fixed(std::initializer_list<Attribute> flags) { return Fixed(std::span(flags.begin(), flags.size())); }

Client Client::Fixed(std::span<const Attribute> flags) {
  const std::shared_ptr<client::Core> core = client::Core::OpenFixed({});
  std::vector<client::FixedFlag> fixed;
  for (const Attribute& flag : flags) {
    std::erase_if(fixed, [&](const client::FixedFlag& other) { return other.key == flag.name; });
    client::FixedFlag one{.key = std::string(flag.name), .variant = {"", expt::Value(flag.value)}, .for_units = {}};
    if (absl::Status status = client::CheckFixed(one); status.ok()) {
      fixed.push_back(std::move(one));
    } else {
      core->SetFixedStatus(status);
    }
  }
  absl::StatusOr<Snapshot> snapshot = client::FixedSnapshot(fixed, 1);
  if (snapshot.ok()) {
    core->InstallFixed(*std::move(snapshot));
  } else {
    core->SetFixedStatus(snapshot.status());
  }
  return Client(core);
}

absl::StatusOr<Client> Client::FromFile(const SnapshotFiles& files) {
  const absl::StatusOr<std::string> root_file = ReadWhole(files.root);
  if (!root_file.ok()) return root_file.status();
  const absl::StatusOr<Root> root = Root::Parse(*root_file);
  if (!root.ok()) return root.status();
  const absl::StatusOr<std::string> file = ReadWhole(files.snapshot);
  if (!file.ok()) return file.status();
  absl::StatusOr<Snapshot> snapshot = Snapshot::Parse(*file, {.root = *root, .environment = files.environment});
  if (!snapshot.ok()) return snapshot.status();
  const std::shared_ptr<client::Core> core = client::Core::OpenFixed({}, std::string(snapshot->environment()));
  core->InstallFixed(*std::move(snapshot));
  return Client(core);
}

Client::Client(std::shared_ptr<client::Core> core) : core_(std::move(core)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&& other) noexcept {
  if (this == &other) return *this;
  client::Core::Release(std::exchange(core_, std::move(other.core_)), kCloseTime);
  return *this;
}

Client::~Client() { client::Core::Release(std::move(core_), kCloseTime); }

bool Client::Ready(std::chrono::milliseconds timeout) { return core_->Here().Ready(timeout); }

bool Client::Enabled(FlagRef flag, const Context& context, const DecideOptions& options) const {
  return Value(flag, context, false, options);
}

bool Client::Value(FlagRef flag, const Context& context, bool fallback, const DecideOptions& options) const {
  return core_->Here().Evaluate(flag, context, ValueType::kBoolean, options, [fallback](const Decision& decision) {
    return Used<bool>{decision.ValueOr<bool>(fallback), decision.has_value()};
  });
}

int Client::Value(FlagRef flag, const Context& context, int fallback, const DecideOptions& options) const {
  return core_->Here().Evaluate(flag, context, ValueType::kInteger, options, [fallback](const Decision& decision) {
    const auto value = decision.ValueOr<int64_t>(fallback);
    if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
      return Used<int>{fallback, false};
    }
    return Used<int>{static_cast<int>(value), decision.has_value()};
  });
}

int64_t Client::Value(FlagRef flag, const Context& context, int64_t fallback, const DecideOptions& options) const {
  return core_->Here().Evaluate(flag, context, ValueType::kInteger, options, [fallback](const Decision& decision) {
    return Used<int64_t>{decision.ValueOr<int64_t>(fallback), decision.has_value()};
  });
}

double Client::Value(FlagRef flag, const Context& context, double fallback, const DecideOptions& options) const {
  return core_->Here().Evaluate(flag, context, ValueType::kDouble, options, [fallback](const Decision& decision) {
    return Used<double>{decision.ValueOr<double>(fallback), decision.has_value()};
  });
}

std::string Client::Value(FlagRef flag, const Context& context, const char* fallback,
                          const DecideOptions& options) const {
  return TextValue(core_->Here(), flag, context, fallback, options);
}

std::string Client::Value(FlagRef flag, const Context& context, std::string_view fallback,
                          const DecideOptions& options) const {
  return TextValue(core_->Here(), flag, context, fallback, options);
}

std::string Client::Value(FlagRef flag, const Context& context, const std::string& fallback,
                          const DecideOptions& options) const {
  return TextValue(core_->Here(), flag, context, fallback, options);
}

expt::Value Client::Value(FlagRef flag, const Context& context, const expt::Value& fallback,
                          const DecideOptions& options) const {
  return core_->Here().Evaluate(flag, context, fallback.type(), options, [&fallback](const Decision& decision) {
    if (!decision.has_value()) return Used<expt::Value>{fallback, false};
    return Used<expt::Value>{expt::Value(decision.value), true};
  });
}

std::string Client::Variant(FlagRef flag, const Context& context, std::string_view fallback,
                            const DecideOptions& options) const {
  return core_->Here().Evaluate(flag, context, ValueType::kMissing, options, [fallback](const Decision& decision) {
    const bool is_used = decision.has_value();
    return Used<std::string>{std::string(is_used ? decision.variant : fallback), is_used};
  });
}

OwnedDecision Client::Decide(FlagRef flag, const Context& context, DecideOptions options) const {
  client::Core& core = core_->Here();
  return core.Evaluate(flag, context, ValueType::kMissing, options, [&](const Decision& decision) {
    return Used<OwnedDecision>{options.age ? core.Own(decision) : decision.Own(), true};
  });
}

Explanation Client::Explain(FlagRef flag, const Context& context, const StickyAssignments* sticky) const {
  return core_->Here().Explain(flag, context, sticky);
}

std::vector<OwnedDecision> Client::All(const Context& context, const StickyAssignments* sticky) const {
  return core_->Here().All(context, sticky);
}

Snapshot Client::Pin() const { return core_->Here().Pin(); }

absl::StatusOr<StickyAssignments> Client::Assignments(const Context& context) const {
  return core_->Here().Assignments(context);
}

TrackResult Client::Track(std::string_view name, const Context& context, const TrackOptions& options) {
  return core_->Here().Track(name, context, options);
}

TrackResult Client::Expose(const Decision& decision, const Context& context) {
  return core_->Here().Expose(decision, context);
}

TrackResult Client::Expose(std::string_view experiment, std::string_view variant, const Context& context,
                           const ExposeOptions& options) {
  return core_->Here().Expose(experiment, variant, context, options);
}

TrackResult Client::Identify(const Context& context, std::string_view unit_type, std::string_view unit_id) {
  return core_->Here().Identify(context, unit_type, unit_id);
}

bool Client::WaitForRoom(size_t events, std::chrono::milliseconds timeout) {
  return core_->Here().WaitForRoom(events, timeout);
}

FlushReport Client::Flush(std::chrono::milliseconds timeout) { return core_->Here().Flush(timeout); }

absl::Status Client::Close(std::chrono::milliseconds timeout) { return core_->Close(timeout); }

ClientStatus Client::Status() const { return core_->Here().Status(); }

}  // namespace v1
}  // namespace expt
