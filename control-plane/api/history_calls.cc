#include <charconv>

#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/service/history.h"

namespace expt::api {
namespace {

service::Where DocumentOf(const Exchange& exchange) {
  const http::Request& request = exchange.request;
  return {.project = std::string(request.Parameter("project")),
          .environment = std::string(request.Parameter("environment")),
          .key = std::string(request.Parameter("key"))};
}

service::Result<int64_t> RevisionOf(std::string_view name, std::string_view text) {
  int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && stop == text.data() + text.size() && number > 0) return number;
  return service::Fault{.status = 400, .detail = std::string(name) + ": expected a revision, such as 3"};
}

// Configurations of flags have no number among the kinds.
constexpr service::DocumentKind KindOf(int kind) {
  return kind < 0 ? std::nullopt : service::DocumentKind(static_cast<service::Kind>(kind));
}

}  // namespace

template <int kind>
Answer ListRevisions(const Services& services, const Exchange& exchange) {
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  return PageAnswer(services.history.List(KindOf(kind), DocumentOf(exchange), *options));
}

template <int kind>
Answer GetRevision(const Services& services, const Exchange& exchange) {
  const auto revision = RevisionOf("path: revision", exchange.request.Parameter("revision"));
  if (!revision.ok()) return revision.fault();
  std::optional<int64_t> against;
  if (const auto text = exchange.request.Query("against")) {
    const auto number = RevisionOf("query: against", *text);
    if (!number.ok()) return number.fault();
    against = *number;
  }
  const auto found = services.history.Get(KindOf(kind), DocumentOf(exchange), *revision, against);
  if (!found.ok()) return found.fault();
  return JsonResponse(200, *found);
}

template <int kind>
Answer PostRevert(const Services& services, const Exchange& exchange) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const auto reverted =
      services.history.Revert(exchange.caller.call, KindOf(kind), DocumentOf(exchange), *body, *revision);
  if (!reverted.ok()) return reverted.fault();
  return DocumentResponse(exchange.request, 200, *reverted);
}

#define EXPT_HISTORY_CALLS(kind)                                        \
  template Answer ListRevisions<kind>(const Services&, const Exchange&); \
  template Answer GetRevision<kind>(const Services&, const Exchange&);   \
  template Answer PostRevert<kind>(const Services&, const Exchange&);
EXPT_HISTORY_CALLS(kConfigurations)
EXPT_HISTORY_CALLS(static_cast<int>(service::Kind::kFlag))
EXPT_HISTORY_CALLS(static_cast<int>(service::Kind::kMetric))
EXPT_HISTORY_CALLS(static_cast<int>(service::Kind::kSegment))
EXPT_HISTORY_CALLS(static_cast<int>(service::Kind::kAttribute))
EXPT_HISTORY_CALLS(static_cast<int>(service::Kind::kExperiment))
EXPT_HISTORY_CALLS(static_cast<int>(service::Kind::kLayer))
EXPT_HISTORY_CALLS(static_cast<int>(service::Kind::kHoldout))
#undef EXPT_HISTORY_CALLS

}  // namespace expt::api
