// Counters of this process in the text format of Prometheus (version 0.0.4).
//
//   metrics.Count("exptd_http_requests_total", {{"route", "/livez"}, {"status", "200"}});
//   metrics.Observe("exptd_http_request_seconds", {}, 0.003);
//   metrics.Text();
#ifndef EXPT_CONTROL_PLANE_HTTP_METRICS_H_
#define EXPT_CONTROL_PLANE_HTTP_METRICS_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace expt::http {

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

// Thread-safe. Every name must be declared first; a sample of an undeclared one is dropped.
class Metrics {
 public:
  enum class Type { kCounter, kGauge, kHistogram };
  void Declare(std::string_view name, Type type, std::string_view help);
  // A gauge or counter whose value is read when the text is made.
  void DeclareRead(std::string_view name, Type type, std::string_view help, std::function<double()> read);
  // The same with labels; again with others for further samples of that name.
  void DeclareRead(std::string_view name, Type type, std::string_view help, const Labels& labels,
                   std::function<double()> read);

  void Count(std::string_view name, const Labels& labels, double by = 1);
  void Set(std::string_view name, const Labels& labels, double value);
  // Into a histogram of seconds.
  void Observe(std::string_view name, const Labels& labels, double seconds);

  std::string Text() const;

 private:
  static constexpr std::array<double, 10> kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1, 2.5, 10};
  struct Histogram {
    std::array<uint64_t, kBounds.size()> below{};  // not cumulative
    uint64_t count = 0;
    double sum = 0;
  };
  struct Family {
    Type type = Type::kCounter;
    std::string help;
    std::map<std::string, std::function<double()>> reads;  // by label text, as the next two
    std::map<std::string, double> values;
    std::map<std::string, Histogram> histograms;
  };
  Family* Find(std::string_view name, bool is_histogram);

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;  // guarded by mutex_
};

}  // namespace expt::http

#endif  // EXPT_CONTROL_PLANE_HTTP_METRICS_H_
