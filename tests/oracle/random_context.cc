#include <limits>

#include "tests/oracle/random_model.h"
#include "tests/oracle/random_values.h"

namespace expt::oracle {

RandomContext::RandomContext(Random& random) : random_(random) {
  static const auto* const names = new std::vector<std::string>{
      "targeting_key", "targetingKey", "a", "a", "b", "b", "c", "device.os", "$now", "", "\xff",
      "v", "v", "ip", "ip", "t", "t", "lat", "lon", "list", "list"};
  const bool has_key = !random.OneIn(3);
  if (has_key) attributes_.push_back({"targeting_key", Text(random.Pick(Texts()))});
  for (uint32_t i = random.Below(10); i > 0; --i) {
    const std::string_view name = texts_.emplace_back(random.Pick(*names));
    if (has_key && name.starts_with("targeting") && !random.OneIn(8)) continue;
    attributes_.push_back({name, random.OneIn(6) ? Anything() : Usual(name)});
  }
  if (random.OneIn(3)) {
    attributes_.push_back({"lat", ValueView(random.Pick(Degrees()))});
    attributes_.push_back({"lon", ValueView(random.Pick(Degrees()))});
  }
}

ValueView RandomContext::Usual(std::string_view name) {
  if (name == "v") return Text(random_.Pick(VersionTexts()));
  if (name == "ip") return Text(random_.Pick(AddressTexts()));
  if (name == "lat" || name == "lon") return ValueView(random_.Pick(Degrees()));
  if (name == "list") return List();
  if (name == "t") {
    if (random_.OneIn(2)) return Text(random_.Pick(TimeTexts()));
    return random_.OneIn(4) ? ValueView(static_cast<double>(random_.Pick(Times())) + 0.5)
                            : ValueView(random_.Pick(Times()));
  }
  return random_.OneIn(4) ? Text(random_.Pick(CasedTexts())) : Anything();
}

ValueView RandomContext::Anything() {
  switch (random_.Below(11)) {
    case 0:
      return ValueView(random_.OneIn(2));
    case 1:
    case 2:
      return ValueView(random_.Pick(Integers()));
    case 3:
      return ValueView(random_.Pick(Doubles()));
    case 4:
      return ValueView(std::numeric_limits<double>::quiet_NaN());
    case 5:
      return List();
    case 6:
      return Text("\xed\xa0\x80");
    case 7:
      return Text(std::string(500 + random_.Below(20), 'x'));  // about as long as a regex takes
    default:
      return Text(random_.Pick(Texts()));
  }
}

ValueView RandomContext::List() {
  auto& list = lists_.emplace_back();
  for (uint32_t i = random_.Below(4); i > 0; --i) {
    const std::string& text = random_.Pick(random_.OneIn(2) ? Texts() : CasedTexts());
    list.push_back(texts_.emplace_back(random_.OneIn(20) ? "\xc3" : text));
  }
  return ValueView(std::span<const std::string_view>(list));
}

OracleSticky RandomSticky(Random& random) {
  OracleSticky sticky;
  for (uint32_t i = random.Below(400); i > 0; --i) {
    const std::string unit_type = random.OneIn(2) ? "targeting_key" : random.Pick(Names());
    sticky[{"exp_" + std::to_string(random.Below(4)), 1 + random.Below(3), unit_type, random.Pick(Texts())}] =
        "v" + std::to_string(random.Below(3));
  }
  return sticky;
}

}  // namespace expt::oracle
