// Who changed what: for people in pages, for verifiers as lines.
#include <algorithm>
#include <charconv>
#include <string>

#include "control-plane/api/answer.h"
#include "control-plane/api/calls.h"
#include "control-plane/publish/key_file.h"

namespace expt::api {
namespace {

service::AuditQuery QueryOf(const http::Request& request) {
  const auto text = [&](std::string_view name) { return std::string(request.Query(name).value_or("")); };
  return {.actor = text("actor"),
          .action = text("action"),
          .project = text("project"),
          .environment = text("environment"),
          .kind = text("kind"),
          .key = text("key"),
          .from = text("from"),
          .until = text("until")};
}

}  // namespace

Answer ListAudit(const Services& services, const Exchange& exchange) {
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  const auto page = services.service.ListAudit(QueryOf(exchange.request), *options, *exchange.caller.api->rights);
  if (!page.ok()) return page.fault();
  return JsonResponse(200, page->ToJson());
}

Answer GetAuditActivity(const Services& services, const Exchange& exchange) {
  const auto activity = services.service.CountAudit(QueryOf(exchange.request));
  if (!activity.ok()) return activity.fault();
  return JsonResponse(200, *activity);
}

Answer ExportAudit(const Services& services, const Exchange& exchange) {
  const auto options = ListOptionsOf(exchange.request);
  if (!options.ok()) return options.fault();
  int64_t after = 0;
  const char* end = options->cursor.data() + options->cursor.size();
  const auto [stop, error] = std::from_chars(options->cursor.data(), end, after);
  if (!options->cursor.empty() && (error != std::errc() || stop != end || after < 1)) {
    return service::Malformed("cursor: expected the number of an entry");
  }
  // Heads first: one that is signed meanwhile names an entry that the next page has.
  const std::vector<publish::AuditHead> heads = services.audit_seal.heads();
  const auto lines = services.service.ExportAudit(after, options->limit);
  if (!lines.ok()) return lines.fault();
  auto head = std::upper_bound(heads.begin(), heads.end(), after,
                               [](int64_t number, const publish::AuditHead& one) { return number < one.number; });
  http::Response response;
  response.content_type = "application/x-ndjson";
  response.Set("Cache-Control", "no-store");
  for (const service::AuditLine& line : *lines) {
    response.body += line.text + "\n";
    for (; head != heads.end() && head->number == line.number; ++head) response.body += head->line + "\n";
  }
  // Heads of entries that are not there any more show what was cut off.
  if (lines->size() < options->limit) {
    for (; head != heads.end(); ++head) response.body += head->line + "\n";
  }
  return response;
}

Answer GetAuditKey(const Services& services, const Exchange&) {
  http::Response response;
  response.body = publish::FormatPublicKeyFile(services.audit_seal.public_key());
  return response;
}

}  // namespace expt::api
