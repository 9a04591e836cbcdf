#include "examples/simulation/visitor.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <vector>

namespace simulation {
namespace {

template <size_t N>
std::string_view OneOf(const std::array<std::string_view, N>& words, Dice& dice) {
  return words[static_cast<size_t>(dice.Next() % N)];
}

uint64_t SeedOf(std::string_view group, uint64_t number) {
  uint64_t seed = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : group) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return seed ^ (number * 0x9e3779b97f4a7c15);
}

}  // namespace

uint64_t Dice::Next() {
  uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

double Dice::Share() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

double Dice::Normal() {
  const double radius = std::sqrt(-2 * std::log(1 - Share()));
  return radius * std::cos(2 * 3.14159265358979323846 * Share());
}

Visitor MakeVisitor(const std::string& group, uint64_t number) {
  constexpr std::array<std::string_view, 6> kCountries = {"AT", "CH", "DE", "FR", "GB", "US"};
  constexpr std::array<std::string_view, 3> kDevices = {"desktop", "phone", "tablet"};
  constexpr std::array<std::string_view, 3> kPlans = {"basic", "plus", "pro"};
  constexpr std::array<std::string_view, 4> kVersions = {"2.9.4", "3.1.0", "3.2.0", "3.3.1"};
  constexpr std::array<std::string_view, 5> kInterests = {"books", "garden", "kitchen", "music", "sports"};
  Dice dice(SeedOf(group, number));
  char digits[24];
  std::snprintf(digits, sizeof digits, "%08llu", static_cast<unsigned long long>(number));
  std::string id = group + "-" + digits;
  const std::string email = id + (dice.Happens(0.01) ? "@shop.example" : "@mail.example");
  const std::array<std::string_view, 2> interests = {OneOf(kInterests, dice), OneOf(kInterests, dice)};
  const auto orders = static_cast<int64_t>(20 * dice.Share() * dice.Share());
  const std::array<expt::Attribute, 7> attributes = {{{"country", OneOf(kCountries, dice)},
                                                      {"device", OneOf(kDevices, dice)},
                                                      {"plan", OneOf(kPlans, dice)},
                                                      {"email", email},
                                                      {"app_version", OneOf(kVersions, dice)},
                                                      {"orders", orders},
                                                      {"interests", std::span<const std::string_view>(interests)}}};
  expt::Context context(id, attributes);
  return {std::move(id), std::move(context), dice};
}

Behaviour Behave(Visitor& visitor, const Treatments& treatments) {
  Dice& dice = visitor.dice;
  Behaviour behaviour;
  const double buys = 0.5 * (treatments.winner ? 1.06 : 1.0) * (treatments.harmful ? 0.88 : 1.0) *
                      (treatments.nudge ? 1.15 : 1.0) * (treatments.ramp ? 1.12 : 1.0);
  behaviour.buys = dice.Happens(buys);
  const double basket = std::exp(3.4 + 0.5 * dice.Normal()) * (treatments.summary ? 1.25 : 1.0);
  behaviour.revenue = std::round(100 * basket) / 100;
  behaviour.buys_after = std::chrono::milliseconds(60'000 + static_cast<int64_t>(dice.Share() * 3'600'000));
  behaviour.asks_for_help = dice.Happens(treatments.harmful ? 0.08 : 0.04);
  behaviour.asks_after = std::chrono::milliseconds(600'000 + static_cast<int64_t>(dice.Share() * 7'200'000));
  behaviour.is_exposure_lost = treatments.broken && dice.Happens(0.08);
  return behaviour;
}

}  // namespace simulation
