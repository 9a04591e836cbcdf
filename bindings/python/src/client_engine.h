// What stands behind expt.Client: an expt::Client, one per process.
//
// After a fork the child has the parent's memory and none of its threads. The first call in the child leaves the
// inherited client alone, opens another one with the same options, and decides with the inherited snapshot until the
// new client has its own. Nothing runs in the parent.
#ifndef EXPT_BINDINGS_PYTHON_CLIENT_ENGINE_H_
#define EXPT_BINDINGS_PYTHON_CLIENT_ENGINE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "context_argument.h"
#include "expt/client.h"
#include "flag_index.h"
#include "log_queue.h"

namespace expt::python {

// How many forks lie between the start of the first process and this one.
uint32_t ForkCount();

// Used with the GIL held, but for what its expt::Client does.
class ClientEngine {
 public:
  static absl::StatusOr<std::unique_ptr<ClientEngine>> Open(ClientOptions options);
  // It decides alike in every process.
  static absl::StatusOr<std::unique_ptr<ClientEngine>> FromFile(const SnapshotFiles& files);
  // Closes within two seconds, the GIL released.
  ~ClientEngine();
  ClientEngine(const ClientEngine&) = delete;
  ClientEngine& operator=(const ClientEngine&) = delete;

  // This process's client.
  expt::Client& client() {
    if (fork_count_ != ForkCount()) AfterFork();
    return *client_;
  }

  // The same, where it decides by itself; null while an inherited snapshot decides.
  expt::Client* DecidingClient() {
    expt::Client& own = client();
    return inherited_ == nullptr ? &own : nullptr;
  }

  // use(decision), of any type where `expected` is kMissing.
  template <typename Use>
  auto Ask(std::string_view flag, ContextArgument& context, ValueType expected, const DecideOptions& options, Use use) {
    return use(Decide(flag, context, expected, options).view());
  }

  Explanation Explain(std::string_view flag, const Context& context, const StickyAssignments* sticky);

  // use(decision) for every flag, in the snapshot's order. Reports nothing.
  template <typename Use>
  void All(const Context& context, const StickyAssignments* sticky, Use use) {
    for (const OwnedDecision& decision : DecideAll(context, sticky)) use(decision.view());
  }

  // The snapshot that decides now.
  Snapshot Pin();

  // True when a snapshot is there. Releases the GIL.
  bool Ready(std::chrono::milliseconds timeout);
  // True when nothing remained to be sent. Releases the GIL. At once in a child that did not use the client.
  bool Close(std::chrono::milliseconds timeout);

  LogQueue& log() { return *log_; }

  // All that there are in this process.
  static std::vector<ClientEngine*> Engines();

 private:
  ClientEngine() = default;

  static absl::StatusOr<std::unique_ptr<ClientEngine>> Make(std::unique_ptr<ClientEngine> engine,
                                                            absl::StatusOr<expt::Client> client);
  static absl::StatusOr<expt::Client> OpenClient(ClientOptions options, std::shared_ptr<LogQueue> log);
  void AfterFork();
  OwnedDecision Decide(std::string_view flag, ContextArgument& context, ValueType expected,
                       const DecideOptions& options);
  OwnedDecision DecideInherited(std::string_view flag, ContextArgument& context, ValueType expected,
                                const DecideOptions& options);
  std::vector<OwnedDecision> DecideAll(const Context& context, const StickyAssignments* sticky);
  // The inherited snapshot, as long as the client has none of its own.
  bool IsInheriting();

  ClientOptions options_;
  uint32_t fork_count_ = 0;
  bool is_of_file_ = false;
  bool is_closed_ = false;
  std::shared_ptr<LogQueue> log_;
  std::unique_ptr<expt::Client> client_;
  std::unique_ptr<FlagIndex> index_;      // of the snapshot that was current when it was last looked at; never null
  std::unique_ptr<FlagIndex> inherited_;  // null: the client decides
};

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_CLIENT_ENGINE_H_
