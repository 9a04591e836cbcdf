#include "examples/simulation/seed.h"

#include <cstdio>
#include <string>

#include "examples/simulation/definitions.h"
#include "examples/simulation/visitor.h"
#include "expt/evaluate.h"

namespace simulation {
namespace {

// Most events that one visitor has.
constexpr size_t kVisitorEvents = std::size(kPageExperiments) + 2;

// The variant of the flag's experiment that the visitor meets; empty for who is not in it.
std::string_view VariantOf(const expt::Decision& decision) {
  for (const expt::Exposure& exposure : decision.exposures()) {
    if (!exposure.is_holdout) return exposure.variant;
  }
  return {};
}

class History {
 public:
  History(expt::Client& client, expt::Time start) : client_(client), snapshot_(client.Pin()), start_(start) {}

  absl::Status Send(uint64_t number) {
    Visitor visitor = MakeVisitor("visitor", number);
    const expt::Time visit = VisitOf(number, visitor);
    std::string_view variants[std::size(kPageExperiments)];
    Treatments treatments;
    for (size_t i = 0; i < std::size(kPageExperiments); ++i) {
      const expt::Decision decision =
          expt::Evaluate(snapshot_, kPageExperiments[i].key, visitor.context, {.now = visit});
      if (!decision.has_value()) {
        return absl::InternalError("the engine decided nothing: " + client_.Status().last_error);
      }
      variants[i] = VariantOf(decision);
      treatments.*kPageExperiments[i].is_treated = variants[i] == "treatment";
    }
    const Behaviour behaviour = Behave(visitor, treatments);
    absl::Status status;
    for (size_t i = 0; i < std::size(kPageExperiments) && status.ok(); ++i) {
      const std::string_view experiment = kPageExperiments[i].key;
      if (variants[i].empty() || (experiment == kBroken && behaviour.is_exposure_lost)) continue;
      const std::string id = Id(number, static_cast<char>('a' + i));
      status = Check(client_.Expose(experiment, variants[i], visitor.context, {.time = visit, .event_id = id}));
    }
    if (status.ok() && behaviour.buys) {
      const std::string id = Id(number, 'p');
      status = Check(client_.Track("purchase", visitor.context,
                                   {.value = behaviour.revenue, .time = visit + behaviour.buys_after, .event_id = id}));
    }
    if (status.ok() && behaviour.asks_for_help) {
      const std::string id = Id(number, 's');
      status = Check(
          client_.Track("support_ticket", visitor.context, {.time = visit + behaviour.asks_after, .event_id = id}));
    }
    return status;
  }
  uint64_t events() const { return events_; }

 private:
  // Spread over the days, an hour after the start and four hours before the end, so that all that follows is past.
  expt::Time VisitOf(uint64_t number, Visitor& visitor) const {
    using std::chrono::milliseconds;
    const milliseconds span = milliseconds(kHistory) - std::chrono::hours(5);
    const double place = (static_cast<double>(number) + visitor.dice.Share()) / static_cast<double>(kSeedVisitors);
    return start_ + std::chrono::hours(1) +
           milliseconds(static_cast<int64_t>(place * static_cast<double>(span.count())));
  }
  static std::string Id(uint64_t number, char letter) {
    char text[32];
    std::snprintf(text, sizeof text, "demo%08llu%c", static_cast<unsigned long long>(number), letter);
    return text;
  }
  absl::Status Check(expt::TrackResult result) {
    if (result.accepted()) {
      ++events_;
      return absl::OkStatus();
    }
    const std::string text = "event not accepted: " + std::string(expt::DropReasonName(result.dropped));
    return absl::InternalError({text.data(), text.size()});
  }

  expt::Client& client_;
  expt::Snapshot snapshot_;
  expt::Time start_;
  uint64_t events_ = 0;
};

}  // namespace

absl::Status SendHistory(expt::Client& client, expt::Time start, std::chrono::seconds patience, SeedReport& report) {
  History history(client, start);
  absl::Status status;
  for (uint64_t number = 0; number < kSeedVisitors && status.ok(); ++number) {
    if (client.WaitForRoom(kVisitorEvents, patience)) {
      status = history.Send(number);
    } else {
      status = absl::DeadlineExceededError("the server takes no events: " + client.Status().last_error);
    }
  }
  report.events = history.events();
  return status;
}

}  // namespace simulation
