// For tests of programs that use expt: a client without a network, and stand-ins for the seams of a real one.
// Link expt::testing.
//
//   expt::testing::FixedFlags flags({{"new-checkout", true}, {"page-size", 50}});
//   expt::Client client = flags.client();            // ready at once; no thread, network or disk
//   Shop shop(client);
//
//   flags.Set("page-size", 20);                      // clients see it at their next evaluation
//   flags.SetFor("user-42", "new-checkout", false);  // one unit differs
//   flags.Assign("checkout-test", "treatment");      // an experiment: decides with an exposure
//   flags.Disable("new-checkout");                   // the caller's default, DISABLED
//   flags.Remove("page-size");                       // the caller's default, FLAG_NOT_FOUND
//   flags.SetReady(false);                           // everything: the caller's default, PROVIDER_NOT_READY
//
//   shop.Buy("user-42");
//   for (const expt::ReportedEvent& event : flags.events()) ...        // what the program reported
//
// Answers come from the real engine: types, reasons, error codes and exposures are those of production. Where values
// are all that is needed, expt::Client::Fixed({{"new-checkout", true}}) does without this header.
#ifndef EXPT_TESTING_H_
#define EXPT_TESTING_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "expt/assignment_store.h"
#include "expt/client.h"
#include "expt/clock.h"
#include "expt/context.h"
#include "expt/event_sink.h"
#include "expt/transport.h"
#include "expt/value.h"

namespace expt {
inline namespace v1 {
namespace testing {

// Flags whose values a test sets, and clients that answer from them.
//
// Thread-safe. Clients may outlive it. A change that cannot be (a value of another type than Set() gave, a key over 128
// bytes) changes nothing and is the last_error of Client::Status().
class FixedFlags {
 public:
  explicit FixedFlags(std::initializer_list<Attribute> flags = {});
  ~FixedFlags();
  FixedFlags(const FixedFlags&) = delete;
  FixedFlags& operator=(const FixedFlags&) = delete;

  // Serves `value` to everybody (reason STATIC) and forgets what was set for the flag before. Its type is the flag's.
  // The variant is called as the text is, "on" or "off", or the value's JSON text.
  FixedFlags& Set(std::string_view flag, ValueView value);
  // The same, and names the variant.
  FixedFlags& Set(std::string_view flag, ValueView value, std::string_view variant);

  // Serves `value` to contexts of that targeting key (reason TARGETING_MATCH). Set() or Assign() comes first.
  FixedFlags& SetFor(std::string_view targeting_key, std::string_view flag, ValueView value);

  // The flag serves a running experiment of the same key and id, which gives `variant` to everybody (reason SPLIT, an
  // exposure). The value is the variant's key, or `value`.
  FixedFlags& Assign(std::string_view flag, std::string_view variant);
  FixedFlags& Assign(std::string_view flag, std::string_view variant, ValueView value);

  // The caller's default with reason DISABLED, until the next Set() or Assign().
  FixedFlags& Disable(std::string_view flag);
  // The caller's default with FLAG_NOT_FOUND.
  FixedFlags& Remove(std::string_view flag);
  // False: every flag yields the caller's default with PROVIDER_NOT_READY.
  FixedFlags& SetReady(bool is_ready);

  // Of `options` counts what has no network: clock, event_sink, assignment_store, hooks, log, the bounds of buffer and
  // dedupe. With an event_sink of its own the client's events are not among events().
  Client client(ClientOptions options = {});

  // What the clients reported, evaluation summaries left out, in the order of each client.
  std::vector<ReportedEvent> events();

 private:
  class State;
  std::shared_ptr<State> state_;
};

// A clock that stands still until it is moved. It decides what a client sees as now: times of events, ramps, experiment
// periods, staleness. Waiting (polling, back-off, time-outs) goes by the machine's clock all the same.
// Thread-safe.
class FakeClock : public Clock {
 public:
  explicit FakeClock(Time now = Time(std::chrono::milliseconds(1'800'000'000'000))) : wall_(now.time_since_epoch()) {}

  Time Now() override { return Time(wall_.load()); }
  std::chrono::milliseconds Monotonic() override { return monotonic_.load(); }

  // Time passes: both move.
  void Advance(std::chrono::milliseconds by);
  // Somebody sets the wall clock: it steps, also back.
  void StepWall(std::chrono::milliseconds by);
  void SetWall(Time now) { wall_ = now.time_since_epoch(); }

 private:
  std::atomic<std::chrono::milliseconds> wall_;
  std::atomic<std::chrono::milliseconds> monotonic_{std::chrono::milliseconds(0)};
};

// A transport that answers as a test says and keeps what it was asked.
//
//   auto network = std::make_shared<expt::testing::FakeTransport>();
//   network->Reply("/sdk/v1/head", {.status = 503, .headers = {{"retry-after", "1"}}});  // once
//   network->Answer("/sdk/v1/events", [](const expt::HttpRequest& r) { ... });           // from then on
//   auto client = expt::Client::Open({.url = url, .key = key, .transport = network});
//   network->WaitForRequests("/sdk/v1/head", 2, 5s);
//
// What nothing was said about gets kUnavailable, as from a server that is not there.
// Thread-safe.
class FakeTransport : public Transport {
 public:
  using Handler = std::function<absl::StatusOr<HttpReply>(const HttpRequest&)>;

  FakeTransport();
  ~FakeTransport() override;

  // Answers one request whose path begins with `path`; several are used in order, before any Answer().
  void Reply(std::string_view path, HttpReply reply);
  void Fail(std::string_view path, absl::Status status);
  // Answers all requests whose path begins with `path`, in place of what Answer() was told before for the same `path`.
  // Of several the longest counts.
  void Answer(std::string_view path, Handler handler);

  // Requests so far whose path begins with `path`, oldest first.
  std::vector<HttpRequest> requests(std::string_view path = "/") const;
  // Waits until there are at least `count` of them. False when that did not happen in time.
  bool WaitForRequests(std::string_view path, size_t count, std::chrono::milliseconds timeout) const;

  absl::StatusOr<HttpReply> Send(const HttpRequest& request) override;
  void Cancel() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// An event sink that keeps what it gets, each event once, and answers as a test says.
// Thread-safe.
class RecordingSink : public EventSink {
 public:
  using Judge = std::function<EventResult(const ReportedEvent&)>;

  RecordingSink();
  ~RecordingSink() override;

  // What was stored, oldest first, evaluation summaries left out.
  std::vector<ReportedEvent> events() const;
  std::vector<ReportedEvent> summaries() const;

  // Decides about each event; kStored, and kDuplicate for an id that was stored, when there is no judge.
  void SetJudge(Judge judge);
  // Every delivery fails with `status` until it is OK again.
  void SetStatus(absl::Status status);

  absl::StatusOr<std::vector<EventResult>> Deliver(const EventBatch& batch) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// An assignment store in memory. Thread-safe.
class MemoryAssignments : public AssignmentStore {
 public:
  MemoryAssignments();
  ~MemoryAssignments() override;

  size_t size() const;
  // The variant that is kept; empty when there is none.
  std::string Find(std::string_view experiment_id, uint32_t phase, std::string_view bucket_by,
                   std::string_view unit_id) const;
  // Load() and Save() fail with `status` until it is OK again.
  void SetStatus(absl::Status status);

  absl::Status Load(std::string_view bucket_by, std::string_view unit_id, StickyAssignments& assignments) override;
  absl::Status Save(std::span<const Assignment> assignments) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace testing
}  // namespace v1
}  // namespace expt

#endif  // EXPT_TESTING_H_
