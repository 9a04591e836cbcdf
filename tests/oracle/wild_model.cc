#include <algorithm>

#include "tests/oracle/random_model.h"

namespace expt::oracle {
namespace {

using model::Index;
using model::kNone;
using model::Operator;

// A row, mostly of the table, sometimes beside it.
Index Wild(Random& random, size_t size) {
  if (random.OneIn(12)) return random.OneIn(2) ? kNone : static_cast<Index>(random.Next());
  return size == 0 ? 0 : random.Below(static_cast<uint32_t>(size));
}

}  // namespace

model::Snapshot WildModel(Random& random) {
  model::Snapshot s = RandomModel(random);
  // Turns a few fields of a good model over; every kind of row gets its turn.
  for (uint32_t i = 1 + random.Below(4); i > 0; --i) {
    switch (random.Below(22)) {
      case 0:
        if (!s.conditions.empty())
          s.conditions[random.Below(s.conditions.size())].op = static_cast<Operator>(random.Below(90));
        break;
      case 1:
        if (!s.conditions.empty())
          s.conditions[random.Below(s.conditions.size())].operands = Wild(random, s.operands.size());
        break;
      case 2:
        if (!s.conditions.empty())
          s.conditions[random.Below(s.conditions.size())].subject = Wild(random, s.attributes.size());
        break;
      case 3:
        if (!s.conditions.empty())
          s.conditions[random.Below(s.conditions.size())].properties = static_cast<uint8_t>(random.Next());
        break;
      case 4:
        if (!s.operands.empty())
          s.operands[random.Below(s.operands.size())].kind = static_cast<model::OperandKind>(random.Below(8));
        break;
      case 5:
        if (!s.operands.empty()) s.operands[random.Below(s.operands.size())].begin = Wild(random, 5);
        break;
      case 6:
        if (!s.operands.empty()) s.operands[random.Below(s.operands.size())].size = Wild(random, 5);
        break;
      case 7:
        if (!s.condition_pool.empty())
          s.condition_pool[random.Below(s.condition_pool.size())] = Wild(random, s.conditions.size());
        break;
      case 8:
        if (!s.reference_pool.empty())
          s.reference_pool[random.Below(s.reference_pool.size())] = Wild(random, s.segments.size());
        break;
      case 9:
        if (!s.rules.empty()) {
          model::Rule& rule = s.rules[random.Below(s.rules.size())];
          (random.OneIn(2) ? rule.condition : rule.serve) =
              Wild(random, std::max(s.serves.size(), s.conditions.size()));
        }
        break;
      case 10:
        if (!s.serves.empty()) {
          model::Serve& serve = s.serves[random.Below(s.serves.size())];
          serve.kind = static_cast<model::Serve::Kind>(random.Below(6));
          serve.target = Wild(random, 4);
        }
        break;
      case 11:
        if (!s.experiments.empty()) {
          model::Experiment& e = s.experiments[random.Below(s.experiments.size())];
          switch (random.Below(5)) {
            case 0:
              e.allocation = {Wild(random, 1'000'000), Wild(random, 1'000'000), 5};
              break;
            case 1:
              e.variants.push_back(Wild(random, 4));
              break;
            case 2:
              e.flag = Wild(random, s.flags.size());
              break;
            case 3:
              e.weights.clear();
              break;
            default:
              e.layer = Wild(random, 2);
          }
        }
        break;
      case 12: {
        model::Flag& flag = s.flags[random.Below(s.flags.size())];
        switch (random.Below(6)) {
          case 0:
            flag.type = static_cast<ValueType>(random.Below(9));
            break;
          case 1:
            flag.variant_values.push_back(Wild(random, s.values.size()));
            break;
          case 2:
            if (!flag.variant_keys.empty()) flag.variant_keys.pop_back();
            break;
          case 3:
            flag.off_variant = Wild(random, 4);
            break;
          case 4:
            flag.default_serve = Wild(random, s.serves.size());
            break;
          default:
            flag.rules.push_back(Wild(random, s.rules.size()));
        }
        break;
      }
      case 13:
        if (!s.segments.empty()) {
          model::Segment& segment = s.segments[random.Below(s.segments.size())];
          segment.condition = Wild(random, s.conditions.size());
          segment.include.push_back(Wild(random, s.member_lists.size()));
        }
        break;
      case 14:
        if (!s.bucketings.empty()) {
          model::Bucketing& row = s.bucketings[random.Below(s.bucketings.size())];
          (random.OneIn(2) ? row.salt : row.bucket_by) = Wild(random, s.strings.size());
        }
        break;
      case 15:
        if (!s.conditions.empty()) s.conditions[random.Below(s.conditions.size())].second = Wild(random, s.operands.size());
        break;
      case 16:
        if (!s.ramps.empty()) {
          model::Ramp& ramp = s.ramps[random.Below(s.ramps.size())];
          if (random.OneIn(2)) ramp.time_ms.push_back(static_cast<int64_t>(random.Next()));
          if (random.OneIn(2)) ramp.ppm.push_back(Wild(random, 1'000'001));
        }
        break;
      case 17: {
        model::Holdout& holdout = s.holdouts[random.Below(s.holdouts.size())];
        (random.OneIn(2) ? holdout.ppm : holdout.bucketing) = Wild(random, s.bucketings.size());
        break;
      }
      case 18: {
        model::TimeZone& zone = s.time_zones[random.Below(s.time_zones.size())];
        if (random.OneIn(2)) zone.transition_ms.push_back(static_cast<int64_t>(random.Next()));
        if (random.OneIn(2)) zone.offset_minutes.push_back(static_cast<int32_t>(random.Next()));
        break;
      }
      case 19: {
        model::Flag& flag = s.flags[random.Below(s.flags.size())];
        flag.prerequisites.push_back({.flag = Wild(random, s.flags.size()), .variants = {Wild(random, 4)}});
        break;
      }
      case 20:
        if (!s.coverages.empty()) s.coverages[random.Below(s.coverages.size())].ramp = Wild(random, s.ramps.size() + 1);
        if (!s.rules.empty()) s.rules[random.Below(s.rules.size())].holdouts = Wild(random, s.operands.size());
        break;
      default:
        if (!s.attributes.empty())
          s.attributes[random.Below(s.attributes.size())].name = Wild(random, s.strings.size());
    }
  }
  return s;
}

}  // namespace expt::oracle
