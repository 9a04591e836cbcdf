#include "client_engine.h"

#include <pthread.h>
#include <pybind11/pybind11.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "snapshot_engine.h"

namespace py = pybind11;

namespace expt::python {
namespace {

std::atomic<uint32_t> fork_count{0};

// Touched with the GIL held.
std::vector<ClientEngine*> open_engines;

// Whether a flag of `type` answers a caller who asks for `expected`. The engine has the last word: this only decides
// which way it is asked.
bool MayAnswer(ValueType type, ValueType expected) {
  return expected == ValueType::kMissing || type == expected ||
         (expected == ValueType::kDouble && type == ValueType::kInteger);
}

// Some value of that type.
expt::Value SampleOf(ValueType type) {
  switch (type) {
    case ValueType::kBoolean:
      return expt::Value(ValueView(false));
    case ValueType::kString:
      return expt::Value(ValueView(""));
    case ValueType::kInteger:
      return expt::Value(ValueView(0));
    case ValueType::kDouble:
      return expt::Value(ValueView(0.0));
    case ValueType::kJson:
      return expt::Value::Json("null");
    case ValueType::kStringList:
      return expt::Value(ValueView(std::span<const std::string_view>()));
    case ValueType::kMissing:
      break;
  }
  return {};
}

}  // namespace

uint32_t ForkCount() {
  static const int registered =
      pthread_atfork(nullptr, nullptr, [] { fork_count.fetch_add(1, std::memory_order_relaxed); });
  static_cast<void>(registered);
  return fork_count.load(std::memory_order_relaxed);
}

absl::StatusOr<expt::Client> ClientEngine::OpenClient(ClientOptions options, std::shared_ptr<LogQueue> log) {
  options.log = [log = std::move(log)](LogLevel level, std::string_view text) { log->Add(level, text); };
  return expt::Client::Open(std::move(options));
}

absl::StatusOr<std::unique_ptr<ClientEngine>> ClientEngine::Open(ClientOptions options) {
  std::unique_ptr<ClientEngine> engine(new ClientEngine());
  engine->options_ = std::move(options);
  engine->fork_count_ = ForkCount();
  engine->log_ = std::make_shared<LogQueue>();
  absl::StatusOr<expt::Client> client = [&] {
    const py::gil_scoped_release released;
    return OpenClient(engine->options_, engine->log_);
  }();
  return Make(std::move(engine), std::move(client));
}

absl::StatusOr<std::unique_ptr<ClientEngine>> ClientEngine::FromFile(const SnapshotFiles& files) {
  std::unique_ptr<ClientEngine> engine(new ClientEngine());
  engine->fork_count_ = ForkCount();
  engine->is_of_file_ = true;
  engine->log_ = std::make_shared<LogQueue>();
  return Make(std::move(engine), expt::Client::FromFile(files));
}

absl::StatusOr<std::unique_ptr<ClientEngine>> ClientEngine::Make(std::unique_ptr<ClientEngine> engine,
                                                                 absl::StatusOr<expt::Client> client) {
  if (!client.ok()) {
    engine->is_closed_ = true;
    return client.status();
  }
  engine->client_ = std::make_unique<expt::Client>(*std::move(client));
  engine->index_ = std::make_unique<FlagIndex>(Snapshot());
  open_engines.push_back(engine.get());
  return engine;
}

ClientEngine::~ClientEngine() {
  std::erase(open_engines, this);
  Close(std::chrono::seconds(2));
  // A client of another process is left alone: its threads are not here to be joined.
  if (fork_count_ != ForkCount()) static_cast<void>(client_.release());
}

void ClientEngine::AfterFork() {
  if (is_of_file_) fork_count_ = ForkCount();
  if (is_of_file_ || is_closed_) return;
  log_ = std::make_shared<LogQueue>();
  absl::StatusOr<expt::Client> client = OpenClient(options_, log_);
  if (absl::IsFailedPrecondition(client.status())) {  // the parent holds the directory
    if (options_.spool.directory.empty()) options_.spool.directory = options_.data_directory + "/spool";
    options_.data_directory.clear();
    client = OpenClient(options_, log_);
  }
  if (!client.ok()) {
    // The options were good, so something passing is short. The inherited client goes on deciding and reports nothing.
    is_closed_ = true;
    log_->Add(LogLevel::kError, "cannot open a client after a fork: " + std::string(client.status().message()));
    return;
  }
  fork_count_ = ForkCount();
  static_cast<void>(client_.release());  // as in the destructor
  client_ = std::make_unique<expt::Client>(*std::move(client));
  if (index_->snapshot().is_ready()) inherited_ = std::exchange(index_, std::make_unique<FlagIndex>(Snapshot()));
}

bool ClientEngine::IsInheriting() {
  if (inherited_ == nullptr) return false;
  if (client_->Pin().is_ready()) inherited_ = nullptr;
  return inherited_ != nullptr;
}

OwnedDecision ClientEngine::DecideInherited(std::string_view flag, ContextArgument& argument, ValueType expected,
                                            const DecideOptions& options) {
  const Context& context = argument.For(inherited_->Find(flag));
  const EvaluateInput input{.now = Now(), .sticky = options.sticky};
  const Decision decision = Evaluate(inherited_->snapshot(), flag, context, input, expected);
  if (options.record && decision.exposure_count != 0) client_->Expose(decision, context);
  return decision.Own();
}

// A dict is read by the names that one snapshot asks for, and the client may swap snapshots meanwhile. So the decision
// is taken without a report first; it counts when it comes from the snapshot whose names were read.
OwnedDecision ClientEngine::Decide(std::string_view flag, ContextArgument& argument, ValueType expected,
                                   const DecideOptions& options) {
  constexpr int kMostSwaps = 8;
  expt::Client& client = this->client();
  if (IsInheriting()) return DecideInherited(flag, argument, expected, options);
  for (int swaps = 0;; ++swaps) {
    const FlagEntry* entry = index_->Find(flag);
    const Context& context = argument.For(entry);
    if (entry != nullptr && !MayAnswer(entry->type, expected)) {
      Snapshot pinned = client.Pin();
      if (pinned.version() == index_->snapshot().version() || swaps == kMostSwaps) {
        client.Value(flag, context, SampleOf(expected));  // counted as the failure that it is
        return Evaluate(pinned, flag, context, {.now = Now(), .sticky = options.sticky}, expected).Own();
      }
      index_ = std::make_unique<FlagIndex>(std::move(pinned));
      continue;
    }
    OwnedDecision decision = client.Decide(flag, context, {.record = false, .sticky = options.sticky, .age = false});
    const Decision& view = decision.view();
    if (view.snapshot_version != index_->snapshot().version() && swaps < kMostSwaps) {
      index_ = std::make_unique<FlagIndex>(client.Pin());
      continue;
    }
    const bool is_inexact = expected == ValueType::kDouble && view.value.type() == ValueType::kInteger &&
                            std::isnan(view.ValueOr(std::numeric_limits<double>::quiet_NaN()));
    if (is_inexact) return Evaluate(client.Pin(), flag, context, {.now = Now(), .sticky = options.sticky}, expected).Own();
    if (options.record && view.exposure_count != 0) client.Expose(view, context);
    return decision;
  }
}

std::vector<OwnedDecision> ClientEngine::DecideAll(const Context& context, const StickyAssignments* sticky) {
  expt::Client& client = this->client();
  if (!IsInheriting()) return client.All(context, sticky);
  std::vector<OwnedDecision> decisions;
  EvaluateAll(inherited_->snapshot(), context, {.now = Now(), .sticky = sticky},
              [&](const Decision& decision) { decisions.push_back(decision.Own()); });
  return decisions;
}

Explanation ClientEngine::Explain(std::string_view flag, const Context& context, const StickyAssignments* sticky) {
  expt::Client& client = this->client();
  if (!IsInheriting()) return client.Explain(flag, context, sticky);
  return expt::Explain(inherited_->snapshot(), flag, context, {.now = Now(), .sticky = sticky});
}

Snapshot ClientEngine::Pin() {
  expt::Client& client = this->client();
  return IsInheriting() ? inherited_->snapshot() : client.Pin();
}

bool ClientEngine::Ready(std::chrono::milliseconds timeout) {
  expt::Client& client = this->client();
  const bool is_ready = [&] {
    const py::gil_scoped_release released;
    return client.Ready(timeout);
  }();
  // A child that is forked from here on has something to decide with.
  if (is_ready && !index_->snapshot().is_ready()) index_ = std::make_unique<FlagIndex>(client.Pin());
  return is_ready;
}

std::vector<ClientEngine*> ClientEngine::Engines() { return open_engines; }

bool ClientEngine::Close(std::chrono::milliseconds timeout) {
  if (std::exchange(is_closed_, true) || fork_count_ != ForkCount()) return true;
  const py::gil_scoped_release released;
  return client_->Close(timeout).ok();
}

}  // namespace expt::python
