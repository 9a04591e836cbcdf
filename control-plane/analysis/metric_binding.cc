#include "control-plane/analysis/metric_binding.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "src/base/status.h"

namespace expt::analysis {
namespace {

constexpr char kKey[] = "binding";

}  // namespace

std::string MetricBinding::TextOf(const MetricSource& source, std::string_view unit_type) {
  // The document of a metric that has nothing but this source.
  MetricDefinition bare;
  bare.key = kKey;
  bare.kind = MetricKind::kMean;
  bare.unit_type = unit_type;
  bare.numerator = source;
  bare.numerator.aggregation = Aggregation::kCount;
  return ToJson(bare).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

absl::StatusOr<MetricBinding> MetricBinding::Parse(std::string_view text) {
  const nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
  absl::StatusOr<MetricDefinition> bare = MetricFromJson(document);
  if (!bare.ok()) return base::Error(absl::StatusCode::kDataLoss, "metric binding: not readable");
  MetricBinding binding;
  binding.event_ = bare->numerator.event;
  binding.unit_type_ = bare->unit_type;
  binding.value_ = bare->numerator.value;
  binding.property_ = bare->numerator.property;
  if (bare->numerator.condition.has_value()) {
    absl::StatusOr<PropertyFilter> filter = PropertyFilter::Compile(*bare->numerator.condition);
    if (!filter.ok()) return filter.status();
    binding.filter_ = std::make_shared<const PropertyFilter>(*std::move(filter));
  }
  return binding;
}

std::optional<double> MetricBinding::ValueOf(const wire::MetricEvent& event) const {
  if (filter_ != nullptr && !filter_->Matches(event.properties)) return std::nullopt;
  switch (value_) {
    case ValueSource::kNone:
      return 1;
    case ValueSource::kValue:
      return event.value;
    case ValueSource::kProperty:
      break;
  }
  for (const wire::EventProperty& property : event.properties) {
    if (property.name != property_) continue;
    const ValueView& value = property.value.view();
    if (value.type() == ValueType::kInteger) return static_cast<double>(value.integer());
    if (value.type() == ValueType::kDouble && std::isfinite(value.real())) return value.real();
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace expt::analysis
