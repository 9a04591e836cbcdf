#include "control-plane/http/metrics.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace expt::http {
namespace {

std::string NumberText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> text;
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), result.ptr};
}

// `route="/livez",status="200"`
std::string LabelText(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text += ',';
    text.append(name).append("=\"");
    for (const char c : value) {
      if (c == '\n') {
        text += "\\n";
        continue;
      }
      if (c == '\\' || c == '"') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text;
}

void WriteSample(std::string* out, std::string_view name, std::string_view suffix, const std::string& labels,
                 const std::string& extra, double value) {
  out->append(name).append(suffix);
  if (!labels.empty() || !extra.empty()) {
    out->append("{").append(labels).append(labels.empty() || extra.empty() ? "" : ",").append(extra).append("}");
  }
  out->append(" ").append(NumberText(value)).append("\n");
}

std::string_view TypeName(Metrics::Type type) {
  switch (type) {
    case Metrics::Type::kCounter:
      return "counter";
    case Metrics::Type::kGauge:
      return "gauge";
    case Metrics::Type::kHistogram:
      return "histogram";
  }
  return "untyped";
}

}  // namespace

void Metrics::Declare(std::string_view name, Type type, std::string_view help) {
  const std::lock_guard lock(mutex_);
  Family& family = families_[std::string(name)];
  family.type = type;
  family.help = help;
}

void Metrics::DeclareRead(std::string_view name, Type type, std::string_view help, std::function<double()> read) {
  DeclareRead(name, type, help, {}, std::move(read));
}

void Metrics::DeclareRead(std::string_view name, Type type, std::string_view help, const Labels& labels,
                          std::function<double()> read) {
  Declare(name, type, help);
  const std::lock_guard lock(mutex_);
  families_[std::string(name)].reads[LabelText(labels)] = std::move(read);
}

Metrics::Family* Metrics::Find(std::string_view name, bool is_histogram) {
  const auto found = families_.find(name);
  if (found == families_.end() || (found->second.type == Type::kHistogram) != is_histogram) return nullptr;
  return &found->second;
}

void Metrics::Count(std::string_view name, const Labels& labels, double by) {
  const std::lock_guard lock(mutex_);
  if (Family* family = Find(name, false)) family->values[LabelText(labels)] += by;
}

void Metrics::Set(std::string_view name, const Labels& labels, double value) {
  const std::lock_guard lock(mutex_);
  if (Family* family = Find(name, false)) family->values[LabelText(labels)] = value;
}

void Metrics::Observe(std::string_view name, const Labels& labels, double seconds) {
  const std::lock_guard lock(mutex_);
  Family* family = Find(name, true);
  if (family == nullptr) return;
  Histogram& histogram = family->histograms[LabelText(labels)];
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  if (bound != kBounds.end()) ++histogram.below[static_cast<size_t>(bound - kBounds.begin())];
  ++histogram.count;
  histogram.sum += seconds;
}

std::string Metrics::Text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out.append("# HELP ").append(name).append(" ").append(family.help).append("\n");
    out.append("# TYPE ").append(name).append(" ").append(TypeName(family.type)).append("\n");
    for (const auto& [labels, read] : family.reads) WriteSample(&out, name, "", labels, "", read());
    for (const auto& [labels, value] : family.values) WriteSample(&out, name, "", labels, "", value);
    for (const auto& [labels, histogram] : family.histograms) {
      uint64_t below = 0;
      for (size_t i = 0; i < kBounds.size(); ++i) {
        below += histogram.below[i];
        WriteSample(&out, name, "_bucket", labels, "le=\"" + NumberText(kBounds[i]) + "\"", static_cast<double>(below));
      }
      WriteSample(&out, name, "_bucket", labels, "le=\"+Inf\"", static_cast<double>(histogram.count));
      WriteSample(&out, name, "_sum", labels, "", histogram.sum);
      WriteSample(&out, name, "_count", labels, "", static_cast<double>(histogram.count));
    }
  }
  return out;
}

}  // namespace expt::http
