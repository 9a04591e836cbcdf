#include "control-plane/http/router.h"

#include <algorithm>
#include <utility>

#include "src/base/status.h"

namespace expt::http {
namespace {

bool IsParameter(std::string_view segment) { return segment.size() > 2 && segment.front() == '{'; }

bool Fits(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
  return std::equal(pattern.begin(), pattern.end(), segments.begin(), segments.end(),
                    [](const std::string& a, const std::string& b) { return IsParameter(a) || a == b; });
}

// True when `a` has a literal at the first place where only one of them has.
bool IsMoreSpecific(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (IsParameter(a[i]) != IsParameter(b[i])) return IsParameter(b[i]);
  }
  return false;
}

bool HaveSameForm(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const std::string& x, const std::string& y) {
    return IsParameter(x) ? IsParameter(y) : x == y;
  });
}

}  // namespace

absl::Status Router::Add(Route route) {
  absl::StatusOr<Target> target = ParseTarget(route.path);
  if (!target.ok()) {
    return base::Error(target.status().code(),
                       "route \"" + route.path + "\": " + std::string(target.status().message()));
  }
  for (const Entry& entry : entries_) {
    if (entry.route.method == route.method && HaveSameForm(entry.segments, target->segments)) {
      return base::Error(absl::StatusCode::kAlreadyExists,
                         "route \"" + route.method + " " + route.path + "\" stands twice");
    }
  }
  entries_.push_back({std::move(route), std::move(target->segments)});
  return absl::OkStatus();
}

void Router::SetFallback(Handler handler, std::vector<std::string> except) {
  fallback_ = {.method = "GET", .path = "/", .any_query = true, .handler = std::move(handler)};
  not_fallback_ = std::move(except);
}

Match Router::Find(std::string_view method, const Target& target) const {
  const Entry* best = nullptr;
  for (const Entry& entry : entries_) {
    if (!Fits(entry.segments, target.segments)) continue;
    if (best == nullptr || IsMoreSpecific(entry.segments, best->segments)) best = &entry;
  }
  Match match;
  if (best == nullptr) {
    const bool is_fallback =
        fallback_ && (target.segments.empty() || std::find(not_fallback_.begin(), not_fallback_.end(),
                                                           target.segments.front()) == not_fallback_.end());
    if (!is_fallback) return match;
    match.allowed = "GET, HEAD";
    if (method == "GET" || method == "HEAD") match.route = &*fallback_;
    return match;
  }
  const auto allow = [&](std::string_view name) {
    match.allowed.append(match.allowed.empty() ? "" : ", ").append(name);
  };
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const Entry& entry : entries_) {
    if (!HaveSameForm(entry.segments, best->segments)) continue;
    allow(entry.route.method);
    if (entry.route.method == "GET") allow("HEAD");
    match.any_origin |= entry.route.any_origin;
    if (entry.route.method != wanted) continue;
    match.route = &entry.route;
    for (size_t i = 0; i < entry.segments.size(); ++i) {
      const std::string& segment = entry.segments[i];
      if (IsParameter(segment))
        match.path_parameters.emplace_back(segment.substr(1, segment.size() - 2), target.segments[i]);
    }
  }
  if (match.any_origin) allow("OPTIONS");
  return match;
}

}  // namespace expt::http
