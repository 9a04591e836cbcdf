// Uploaded members of segments.
#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"

namespace expt::api {
namespace {

service::Where SegmentOf(const Exchange& exchange) {
  return {.project = std::string(exchange.request.Parameter("project")),
          .key = std::string(exchange.request.Parameter("key"))};
}

Answer SegmentAnswer(const Exchange& exchange, const service::Result<service::Versioned>& segment) {
  if (!segment.ok()) return segment.fault();
  return DocumentResponse(exchange.request, 200, *segment);
}

}  // namespace

Answer PutSegmentMembers(const Services& services, const Exchange& exchange) {
  const http::Request& request = exchange.request;
  const auto revision = IfMatch(request);
  if (!revision.ok()) return revision.fault();
  const std::string_view mode = request.Query("mode").value_or("replace");
  if (mode != "replace" && mode != "add") return service::Malformed("query: mode: expected replace or add");
  const service::MemberUpload upload{.bucket_by = std::string(request.Query("bucket_by").value_or("")),
                                     .column = std::string(request.Query("column").value_or("")),
                                     .is_addition = mode == "add"};
  return SegmentAnswer(exchange,
                       services.service.UploadMembers(exchange.caller.call, SegmentOf(exchange),
                                                      request.Parameter("list"), request.body, upload, *revision));
}

Answer PostSegmentMembers(const Services& services, const Exchange& exchange) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  const auto body = BodyOf(exchange);
  if (!body.ok()) return body.fault();
  return SegmentAnswer(exchange,
                       services.service.ChangeMembers(exchange.caller.call, SegmentOf(exchange),
                                                      exchange.request.Parameter("list"), *body, *revision));
}

Answer DeleteSegmentMembers(const Services& services, const Exchange& exchange) {
  const auto revision = IfMatch(exchange.request);
  if (!revision.ok()) return revision.fault();
  return SegmentAnswer(exchange, services.service.RemoveMembers(exchange.caller.call, SegmentOf(exchange),
                                                                exchange.request.Parameter("list"), *revision));
}

Answer GetSegmentMembers(const Services& services, const Exchange& exchange) {
  const service::Where segment = SegmentOf(exchange);
  const std::string_view list = exchange.request.Parameter("list");
  auto csv = services.service.DownloadMembers(segment, list);
  if (!csv.ok()) return csv.fault();
  http::Response response;
  response.content_type = "text/csv";
  response.body = *std::move(csv);
  response.Set("Content-Disposition", "attachment; filename=\"" + segment.key + "-" + std::string(list) + ".csv\"");
  return response;
}

}  // namespace expt::api
