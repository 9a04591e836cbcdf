#include "examples/simulation/live.h"

#include <algorithm>
#include <cstdio>
#include <thread>
#include <vector>

#include "examples/simulation/definitions.h"
#include "examples/simulation/storefront.h"
#include "examples/simulation/visitor.h"

namespace simulation {
namespace {

// What the shop does with its flags while it serves a page.
struct Page {
  bool has_new_search;
  std::string banner;
  int64_t size;
  expt::Value recommendations;
};

Page RenderPage(const expt::Client& client, const expt::Context& visitor) {
  return {.has_new_search = client.Enabled("new-search", visitor),
          .banner = client.Value("banner-text", visitor, "Welcome"),
          .size = client.Value("page-size", visitor, int64_t{20}),
          .recommendations =
              client.Value("recommendations", visitor, expt::Value::Json(R"({"model":"popular","items":6})"))};
}

struct Visited {
  uint64_t refused = 0;  // events that found no room
  bool is_ramped = false;
};

// One visit from the first page to the purchase.
Visited Visit(expt::Client& client, Visitor& visitor) {
  Visited visited;
  const Page page = RenderPage(client, visitor.context);
  Treatments treatments;
  for (const PageExperiment& experiment : kPageExperiments) {
    if (experiment.key == kBroken) continue;
    const expt::OwnedDecision decision = client.Decide(experiment.key, visitor.context);
    treatments.*experiment.is_treated = decision.view().ValueOr(false);
    if (experiment.key == kRamp) visited.is_ramped = !decision.view().exposures().empty();
  }
  // Decided now, reported when the photos are on the screen; that is what breaks.
  const expt::OwnedDecision zoom = client.Decide(kBroken, visitor.context, {.record = false});
  treatments.broken = zoom.view().variant == "treatment";
  const Behaviour behaviour = Behave(visitor, treatments);
  uint64_t& refused = visited.refused;
  if (!behaviour.is_exposure_lost) refused += !client.Expose(zoom.view(), visitor.context).accepted();
  const expt::Property shown[] = {{"page_size", page.size}, {"new_search", page.has_new_search}};
  refused += !client.Track("page_view", visitor.context, {.properties = shown}).accepted();
  if (behaviour.buys) refused += !client.Track("purchase", visitor.context, {.value = behaviour.revenue}).accepted();
  if (behaviour.asks_for_help) refused += !client.Track("support_ticket", visitor.context).accepted();
  return visited;
}

// What all threads have done so far.
struct Totals {
  std::atomic<uint64_t> visitors{0}, refused{0}, ramped{0};
};

// Makes reports of the totals. The ramp's share is that since the report before the last one.
class Reporter {
 public:
  Reporter(const Totals& totals, const StorefrontTraffic& storefront) : totals_(totals), storefront_(storefront) {}

  LiveReport Next() {
    const Seen now{totals_.visitors, totals_.ramped};
    const LiveReport report{.visitors = now.visitors,
                            .refused = totals_.refused,
                            .recent = now.visitors - before_last_.visitors,
                            .recent_ramped = now.ramped - before_last_.ramped,
                            .storefront = storefront_.counts()};
    before_last_ = last_;
    last_ = now;
    return report;
  }

 private:
  struct Seen {
    uint64_t visitors = 0, ramped = 0;
  };
  const Totals& totals_;
  const StorefrontTraffic& storefront_;
  Seen last_, before_last_;
};

}  // namespace

LiveReport SendLiveTraffic(expt::Client& client, const LiveOptions& options, const std::atomic<bool>& is_over) {
  using Clock = std::chrono::steady_clock;
  Totals totals;
  StorefrontTraffic storefront(client, options.group);
  Reporter reporter(totals, storefront);
  const Clock::time_point start = Clock::now();
  const auto pause = std::chrono::microseconds(1'000'000LL * options.threads / options.visitors_per_second);
  const auto serve = [&](bool is_reporter) {
    Clock::time_point next_report = start + options.report_every;
    for (Clock::time_point turn = start; !is_over; turn += pause) {
      if (options.duration.count() > 0 && turn - start >= options.duration) break;
      std::this_thread::sleep_until(turn);
      const uint64_t number = totals.visitors.fetch_add(1);
      Visitor visitor = MakeVisitor(options.group, number);
      const Visited visited = Visit(client, visitor);
      totals.refused += visited.refused + storefront.Visit(number);
      totals.ramped += visited.is_ramped;
      if (is_reporter && turn >= next_report) {
        if (options.report) options.report(reporter.Next());
        next_report += options.report_every;
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < options.threads; ++i) threads.emplace_back(serve, i == 0);
  for (std::thread& thread : threads) thread.join();
  const LiveReport report = reporter.Next();
  if (options.report) options.report(report);
  return report;
}

std::string LiveText(const LiveReport& report) {
  size_t rules = 0, decided = 0;
  for (const StorefrontWay& way : StorefrontWays()) {
    if (!way.is_rule) continue;
    ++rules;
    decided += report.storefront.decided.contains(way.outcome);
  }
  const double share =
      100.0 * static_cast<double>(report.recent_ramped) / static_cast<double>(std::max<uint64_t>(report.recent, 1));
  char text[240];
  std::snprintf(text, sizeof text,
                "live: %llu visitors; %zu of %zu rules of \"%s\" have decided, sticky variants kept: %llu; the ramp of "
                "\"%s\" covers %.1f %% of visitors now",
                static_cast<unsigned long long>(report.visitors), decided, rules, kStorefront.data(),
                static_cast<unsigned long long>(report.storefront.kept), kRamp.data(),
                share);
  return text;
}

}  // namespace simulation
