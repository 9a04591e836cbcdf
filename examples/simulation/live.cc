#include "examples/simulation/live.h"

#include <thread>
#include <vector>

#include "examples/simulation/definitions.h"
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

// One visit from the first page to the purchase; returns how many events found no room.
uint64_t Visit(expt::Client& client, Visitor& visitor) {
  uint64_t refused = 0;
  const Page page = RenderPage(client, visitor.context);
  Treatments treatments;
  treatments.winner = client.Enabled(kWinner, visitor.context);
  treatments.flat = client.Variant(kFlat, visitor.context, "control") == "treatment";
  treatments.harmful = client.Variant(kHarmful, visitor.context, "control") == "treatment";
  // Decided now, reported when the photos are on the screen; that is what breaks.
  const expt::OwnedDecision zoom = client.Decide(kBroken, visitor.context, {.record = false});
  treatments.broken = zoom.view().variant == "treatment";
  const Behaviour behaviour = Behave(visitor, treatments);
  if (!behaviour.is_exposure_lost) refused += !client.Expose(zoom.view(), visitor.context).accepted();
  const expt::Property shown[] = {{"page_size", page.size}, {"new_search", page.has_new_search}};
  refused += !client.Track("page_view", visitor.context, {.properties = shown}).accepted();
  if (behaviour.buys) refused += !client.Track("purchase", visitor.context, {.value = behaviour.revenue}).accepted();
  if (behaviour.asks_for_help) refused += !client.Track("support_ticket", visitor.context).accepted();
  return refused;
}

}  // namespace

LiveReport SendLiveTraffic(expt::Client& client, const LiveOptions& options, const std::atomic<bool>& is_over) {
  using Clock = std::chrono::steady_clock;
  std::atomic<uint64_t> next{0}, refused{0};
  const Clock::time_point start = Clock::now();
  const auto pause = std::chrono::microseconds(1'000'000LL * options.threads / options.visitors_per_second);
  const auto serve = [&] {
    for (Clock::time_point turn = start; !is_over; turn += pause) {
      if (options.duration.count() > 0 && turn - start >= options.duration) break;
      std::this_thread::sleep_until(turn);
      Visitor visitor = MakeVisitor(options.group, next.fetch_add(1));
      refused += Visit(client, visitor);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < options.threads; ++i) threads.emplace_back(serve);
  for (std::thread& thread : threads) thread.join();
  return {next.load(), refused.load()};
}

}  // namespace simulation
