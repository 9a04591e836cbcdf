#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"

namespace expt::api {
namespace {

service::Where WhereOf(const Exchange& exchange) {
  const http::Request& request = exchange.request;
  return {.project = std::string(request.Parameter("project")),
          .environment = std::string(request.Parameter("environment")),
          .key = std::string(request.Parameter("key"))};
}

Answer DocumentAnswer(const Exchange& exchange, const service::Result<service::Versioned>& document) {
  if (!document.ok()) return document.fault();
  return DocumentResponse(exchange.request, 200, *document);
}

}  // namespace

template <service::Kind kind>
Answer ListDocuments(const Services& services, const Exchange& exchange) {
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  const auto page = services.service.List(kind, WhereOf(exchange), *options);
  if (!page.ok()) return page.fault();
  return JsonResponse(200, page->ToJson());
}

template <service::Kind kind>
Answer PostDocument(const Services& services, const Exchange& exchange) {
  auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  if (const auto key = exchange.request.Query("template")) {
    body = services.service.FromTemplate(kind, WhereOf(exchange), *key, *body);
    if (!body.ok()) return body.fault();
  }
  const auto made = services.service.Create(exchange.caller.call, kind, WhereOf(exchange), *body);
  if (!made.ok()) return made.fault();
  http::Response response = DocumentResponse(exchange.request, 201, *made);
  response.Set("Location", exchange.request.path + "/" + made->body.value("key", ""));
  return response;
}

template <service::Kind kind>
Answer GetDocument(const Services& services, const Exchange& exchange) {
  return DocumentAnswer(exchange, services.service.Get(kind, WhereOf(exchange)));
}

template <service::Kind kind>
Answer PutDocument(const Services& services, const Exchange& exchange) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  return DocumentAnswer(exchange,
                        services.service.Replace(exchange.caller.call, kind, WhereOf(exchange), *body, *revision));
}

template <service::Kind kind>
Answer DeleteDocument(const Services& services, const Exchange& exchange) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  return DocumentAnswer(exchange, services.service.Archive(exchange.caller.call, kind, WhereOf(exchange), *revision));
}

#define EXPT_DOCUMENT_CALLS(kind)                                        \
  template Answer ListDocuments<kind>(const Services&, const Exchange&); \
  template Answer PostDocument<kind>(const Services&, const Exchange&);  \
  template Answer GetDocument<kind>(const Services&, const Exchange&);   \
  template Answer PutDocument<kind>(const Services&, const Exchange&);   \
  template Answer DeleteDocument<kind>(const Services&, const Exchange&);
EXPT_DOCUMENT_CALLS(service::Kind::kFlag)
EXPT_DOCUMENT_CALLS(service::Kind::kMetric)
EXPT_DOCUMENT_CALLS(service::Kind::kSegment)
EXPT_DOCUMENT_CALLS(service::Kind::kAttribute)
EXPT_DOCUMENT_CALLS(service::Kind::kExperiment)
EXPT_DOCUMENT_CALLS(service::Kind::kLayer)
EXPT_DOCUMENT_CALLS(service::Kind::kHoldout)
EXPT_DOCUMENT_CALLS(service::Kind::kOverride)
EXPT_DOCUMENT_CALLS(service::Kind::kProjectOverride)
EXPT_DOCUMENT_CALLS(service::Kind::kContext)
EXPT_DOCUMENT_CALLS(service::Kind::kFlagTest)
EXPT_DOCUMENT_CALLS(service::Kind::kMetricGroup)
EXPT_DOCUMENT_CALLS(service::Kind::kTemplate)
EXPT_DOCUMENT_CALLS(service::Kind::kDashboard)
#undef EXPT_DOCUMENT_CALLS

Answer ListConfigurations(const Services& services, const Exchange& exchange) {
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  const auto page = services.service.ListConfigurations(exchange.request.Parameter("project"),
                                                        exchange.request.Parameter("environment"), *options);
  if (!page.ok()) return page.fault();
  return JsonResponse(200, page->ToJson());
}

Answer GetConfiguration(const Services& services, const Exchange& exchange) {
  return DocumentAnswer(exchange, services.service.GetConfiguration(WhereOf(exchange)));
}

Answer PutConfiguration(const Services& services, const Exchange& exchange) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  return DocumentAnswer(
      exchange, services.service.ReplaceConfiguration(exchange.caller.call, WhereOf(exchange), *body, *revision));
}

Answer GetEmergencyOff(const Services& services, const Exchange& exchange) {
  const service::Where where = WhereOf(exchange);
  return DocumentAnswer(exchange, services.service.GetEmergencyOff(where.project, where.environment));
}

Answer PutEmergencyOff(const Services& services, const Exchange& exchange) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  const auto environment = EnvironmentOf(services, exchange);
  if (!environment.ok()) return environment.fault();
  const service::Where where = WhereOf(exchange);
  const auto replaced =
      services.service.ReplaceEmergencyOff(exchange.caller.call, where.project, where.environment, *body, *revision);
  if (replaced.ok()) {
    // What was asked for is stored; without a Head now it takes effect with the next one.
    if (const absl::Status status = services.heads.IssueNow(environment->id); !status.ok()) {
      services.log.Write(LogLevel::kError, "head_not_issued", {{"text", std::string(status.message())}});
      return service::Fault{.status = 503, .detail = "the list is stored, but no Head could be signed now"};
    }
  }
  return DocumentAnswer(exchange, replaced);
}

}  // namespace expt::api
