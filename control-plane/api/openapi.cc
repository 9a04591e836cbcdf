#include "control-plane/api/openapi.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "control-plane/api/repetition.h"
#include "control-plane/http/problem.h"

namespace expt::api {
namespace {

using nlohmann::json;

json SchemaRef(std::string_view name) { return {{"$ref", "#/components/schemas/" + std::string(name)}}; }

json PathParameters(std::string_view path) {
  json parameters = json::array();
  for (size_t open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1)) {
    const std::string name(path.substr(open + 1, path.find('}', open) - open - 1));
    parameters.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", SchemaRef("PathSegment")}});
  }
  return parameters;
}

json Parameters(const Route& route) {
  json parameters = PathParameters(route.path);
  for (const QueryParameter& query : route.query) {
    parameters.push_back({{"name", query.name},
                          {"in", "query"},
                          {"required", false},
                          {"description", query.text},
                          {"schema", SchemaRef(query.schema)}});
  }
  const auto header = [&](std::string_view name, std::string_view text) {
    parameters.push_back({{"name", name},
                          {"in", "header"},
                          {"required", false},
                          {"description", text},
                          {"schema", {{"type", "string"}}}});
  };
  if (TakesIdempotencyKey(route)) {
    header("Idempotency-Key", "The same request with the same key is carried out once within a day.");
  }
  if (route.takes_if_match) header("If-Match", "ETag of the revision to be changed; 412 when it is another one.");
  if (route.method == "GET" && route.success.has_etag) header("If-None-Match", "304 when this is still the ETag.");
  if (route.body.is_compressible) header("Content-Encoding", "gzip, zstd or identity.");
  return parameters;
}

json Content(std::string_view media_type, std::string_view schema) {
  return {{media_type, {{"schema", SchemaRef(schema)}}}};
}

json Responses(const Route& route) {
  json success = {{"description", http::ReasonPhrase(route.success.status)}};
  if (!route.success.schema.empty()) success["content"] = Content(route.success.media_type, route.success.schema);
  if (route.success.has_etag) success["headers"]["ETag"] = {{"schema", {{"type", "string"}}}};
  json responses = {{std::to_string(route.success.status), std::move(success)}};
  if (route.method == "GET" && route.success.has_etag) {
    responses["304"] = {{"description", http::ReasonPhrase(304)}};
  }
  for (const int status : FaultStatuses(route)) {
    responses[std::to_string(status)] = {{"description", http::ReasonPhrase(status)},
                                         {"content", Content("application/problem+json", "Problem")}};
  }
  return responses;
}

json Security(const auth::Access& access) {
  const json caller = json::array({{{"apiToken", json::array()}}, {{"session", json::array()}}});
  if (!access.need().has_value()) return caller;
  switch (*access.need()) {
    case auth::Need::kPublic:
    case auth::Need::kSetup:
      return json::array();
    case auth::Need::kSdkSnapshots:
    case auth::Need::kSdkEvents:
      return json::array({{{"sdkKey", json::array()}}});
    // Or a caller on the same machine.
    case auth::Need::kOperator:
      return json::array({{{"apiToken", json::array()}}, json::object()});
    case auth::Need::kSignedIn:
      return caller;
  }
  return caller;
}

json Operation(const Route& route) {
  json operation = {{"operationId", route.operation},
                    {"summary", route.text},
                    {"tags", json::array({route.tag})},
                    {"x-permission", route.access.name()},
                    {"security", Security(route.access)},
                    {"responses", Responses(route)}};
  if (json parameters = Parameters(route); !parameters.empty()) operation["parameters"] = std::move(parameters);
  if (!route.body.schema.empty()) {
    json content = Content(route.body.media_type, route.body.schema);
    if (!route.body.other_media_type.empty()) {
      content.update(Content(route.body.other_media_type, route.body.schema));
    }
    operation["requestBody"] = {{"required", route.body.is_required}, {"content", std::move(content)}};
  }
  return operation;
}

struct Tag {
  std::string_view name, text;
};

// In the order in which the reference shows them.
constexpr Tag kTags[] = {
    {"setup", "The first run of a server."},
    {"session", "Signing in and out, in a browser."},
    {"account", "A member's own password, e-mail address, second factor and sessions."},
    {"members", "Who works here."},
    {"teams", "Members that share bindings."},
    {"roles", "Sets of permissions, and who holds them where."},
    {"tokens", "API tokens."},
    {"projects", "Projects and environments."},
    {"flags", "Flags, and what they serve in an environment."},
    {"segments", "Conditions with a name."},
    {"attributes", "What contexts may hold."},
    {"overrides", "Units that get a variant for a while, whatever the rules say."},
    {"tests", "Saved contexts, and what flags must decide for them before a publish."},
    {"templates", "What new documents begin with."},
    {"experiments", "Questions with a flag, a split, metrics and dates."},
    {"layers", "Bucket spaces of experiments that exclude each other."},
    {"holdouts", "Units that are kept out."},
    {"metrics", "Events as a number for each unit."},
    {"keys", "SDK keys."},
    {"changes", "Drafts of several edits, their review and their schedule; revisions of documents."},
    {"publish", "From documents to signed snapshots, and how those reach programs."},
    {"results", "What an experiment found."},
    {"dashboards", "Chosen results on one page, and links that show results to others."},
    {"usage", "What is evaluated, what is stale, and where code names flags."},
    {"events", "Accounting of events, and those that were refused."},
    {"audit", "Who changed what."},
    {"sdk", "What client libraries call."},
    {"operations", "Health, metrics and this document."},
};

json Tags(std::span<const Route> routes) {
  json tags = json::array();
  for (const Tag& tag : kTags) {
    const bool is_used = std::any_of(routes.begin(), routes.end(), [&](const Route& r) { return r.tag == tag.name; });
    if (is_used) tags.push_back({{"name", tag.name}, {"description", tag.text}});
  }
  return tags;
}

std::string Lower(std::string_view text) { return http::LowerCase(text); }

}  // namespace

json OpenApi(std::span<const Route> routes, std::string_view public_url, std::string_view version) {
  json paths = json::object();
  for (const Route& route : routes) paths[std::string(route.path)][Lower(route.method)] = Operation(route);
  const std::string text = "Authorization: Bearer ";
  return {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "exptd"},
        {"version", version},
        {"summary", "Feature flags and experiments: definitions, publishing, delivery, events, results."},
        {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
      {"servers", json::array({{{"url", public_url.empty() ? "/" : public_url}}})},
      {"tags", Tags(routes)},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", Schemas()},
        {"securitySchemes",
         {{"apiToken", {{"type", "http"}, {"scheme", "bearer"}, {"description", text + "<API token>"}}},
          {"session",
           {{"type", "apiKey"},
            {"in", "cookie"},
            {"name", "expt_session"},
            {"description",
             "Of a browser, by POST /api/v1/session; __Host-expt_session behind a proxy. Changes also need the header "
             "X-Expt-Session."}}},
          {"sdkKey", {{"type", "http"}, {"scheme", "bearer"}, {"description", text + "<key id>.<secret>"}}}}}}}};
}

}  // namespace expt::api
