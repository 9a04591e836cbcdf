#include "tests/wire/large_model.h"

#include <array>
#include <string>

#include "src/base/hash.h"
#include "src/model/builder.h"

namespace expt::wire {
namespace {

using model::Index;
using model::Operator;

// 22 characters, as 128 random bits give.
std::string Salt(int flag) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string salt;
  for (int i = 0; salt.size() < 22; ++i) {
    uint64_t hash = base::Xxh3("salt " + std::to_string(flag) + " " + std::to_string(i));
    for (int digit = 0; digit < 10 && salt.size() < 22; ++digit, hash >>= 6) salt.push_back(kAlphabet[hash & 63]);
  }
  return salt;
}

}  // namespace

model::Snapshot LargeModel(int flags, int rules) {
  model::Builder b;
  model::Snapshot& s = b.snapshot();
  s.project = b.Copy("shop");
  s.environment = b.Copy("env_large");
  s.epoch = 1;
  s.version = 1;
  s.issued_at_ms = 1'700'000'000'000;
  b.SetAttribute("targeting_key", ValueType::kString, model::kUnitType);
  b.SetAttribute("plan", ValueType::kString, 0);
  b.SetAttribute("age", ValueType::kInteger, 0);
  b.SetAttribute("app_version", ValueType::kString, 0);
  const std::array<Index, 2> values = {b.BooleanValue(false), b.BooleanValue(true)};
  const std::array<Index, 2> keys = {b.String("off"), b.String("on")};
  for (int f = 0; f < flags; ++f) {
    model::Flag flag;
    flag.key = b.String("flag-" + std::to_string(f));
    flag.type = ValueType::kBoolean;
    flag.is_enabled = true;
    flag.variant_keys.assign(keys.begin(), keys.end());
    flag.variant_values.assign(values.begin(), values.end());
    flag.off_variant = 0;
    flag.visibility = model::Visibility::kServer;
    for (int r = 0; r < rules; ++r) {
      const int n = f * rules + r;
      const std::string text = "plan-" + std::to_string(n);
      const std::string semver =
          std::to_string(n / 10'000) + "." + std::to_string(n / 100 % 100) + "." + std::to_string(n % 100);
      const std::array<std::string_view, 1> texts = {text};
      const std::array<int64_t, 1> numbers = {n};
      const std::array<std::string_view, 1> versions = {semver};
      const std::array<Index, 3> leaves = {
          b.Leaf(Operator::kEquals, b.Attribute("plan"), b.Strings(texts)),
          b.Leaf(Operator::kGte, b.Attribute("age"), b.Integers(numbers)),
          b.Leaf(Operator::kSemverGte, b.Attribute("app_version"), b.Strings(versions)),
      };
      model::Rule rule;
      rule.id = b.String("r" + std::to_string(r + 1));
      rule.condition = b.All(leaves);
      rule.serve = b.ServeVariant(1);
      if (r + 1 == rules) {
        rule.coverage = b.AddCoverage(b.AddBucketing(b.Attribute("targeting_key"), Salt(f)), 500'000);
      }
      flag.rules.push_back(b.AddRule(rule));
    }
    flag.default_serve = b.ServeVariant(0);
    s.flags.push_back(std::move(flag));
  }
  return b.Take();
}

}  // namespace expt::wire
