#include <array>
#include <set>

#include "control-plane/api/calls.h"
#include "control-plane/api/experiment_routes.h"
#include "control-plane/api/change_routes.h"
#include "control-plane/api/history_routes.h"
#include "control-plane/api/people_routes.h"
#include "control-plane/api/repetition.h"
#include "control-plane/api/resource_routes.h"
#include "control-plane/api/route.h"
#include "src/wire/status_codec.h"

namespace expt::api {
namespace {

using auth::Access;
using auth::Need;
using service::Kind;
using service::Permission;

constexpr std::string_view kBytes = "application/octet-stream";
constexpr size_t kMaxDefinitionBytes = 1u << 20;
constexpr size_t kMaxBatchBytes = 1u << 20;  // as sent; a batch is at most 512 KiB before compression

const std::vector<QueryParameter> kAuditQuery = {
    {"actor", "QueryText", "Only what this actor did, as it stands in an entry."},
    {"action", "QueryText", "Only this action, such as publish."},
    {"project", "QueryText", "Only of this project, by key."},
    {"environment", "QueryText", "Only of this environment, as it stands in an entry."},
    {"kind", "QueryText", "Only documents of this kind, such as flag."},
    {"key", "QueryText", "Only documents of this key."},
    {"from", "Instant", "Only from this time on."},
    {"until", "Instant", "Only before this time."},
};
const std::vector<QueryParameter> kPagingOfDocuments = {
    {"limit", "Limit", "Most items of one page."},
    {"cursor", "Cursor", "next_cursor of the page before."},
    {"archived", "Archived", "true: the archived documents instead of the living ones."},
    {"search", "QueryText", "Only those with each of these words in key, name, description, owner or a tag."},
    {"tag", "QueryText", "Only those with this tag."},
    {"owner", "QueryText", "Only those of this owner."},
};

const std::vector<QueryParameter> kTemplateQuery = {
    {"template", "Key", "What the document begins with; the body says what differs (RFC 7396)."}};

// The five routes of one kind of document.
template <Kind kind>
void AddDocumentRoutes(std::vector<Route>* routes, std::string_view folder, std::string_view item, std::string_view tag,
                       std::string_view schema, std::string_view page, Permission read, Permission write,
                       const std::array<std::string_view, 5>& operations) {
  routes->push_back({.method = "GET",
                     .path = folder,
                     .operation = operations[0],
                     .access = read,
                     .text = "Lists documents by key.",
                     .tag = tag,
                     .query = kPagingOfDocuments,
                     .success = {.schema = page},
                     .call = ListDocuments<kind>});
  routes->push_back({.method = "POST",
                     .path = folder,
                     .operation = operations[1],
                     .access = write,
                     .text = "Creates a document. Its key is never reused.",
                     .tag = tag,
                     .query = kind == Kind::kFlag || kind == Kind::kExperiment ? kTemplateQuery
                                                                               : std::vector<QueryParameter>(),
                     .body = {.schema = schema, .limit = kMaxDefinitionBytes},
                     .success = {.status = 201, .schema = schema, .has_etag = true},
                     .faults = {409},
                     .call = PostDocument<kind>});
  routes->push_back({.method = "GET",
                     .path = item,
                     .operation = operations[2],
                     .access = read,
                     .text = "Reads a document, archived or not.",
                     .tag = tag,
                     .success = {.schema = schema, .has_etag = true},
                     .call = GetDocument<kind>});
  routes->push_back({.method = "PUT",
                     .path = item,
                     .operation = operations[3],
                     .access = write,
                     .text = "Replaces a document; with If-Match only the revision that the caller has read.",
                     .tag = tag,
                     .body = {.schema = schema, .limit = kMaxDefinitionBytes},
                     .success = {.schema = schema, .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = PutDocument<kind>});
  routes->push_back({.method = "DELETE",
                     .path = item,
                     .operation = operations[4],
                     .access = write,
                     .text = "Archives a document. 409 while another document needs it.",
                     .tag = tag,
                     .success = {.schema = schema, .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = DeleteDocument<kind>});
}

#define EXPT_PROJECT "/api/v1/projects/{project}"
#define EXPT_ENVIRONMENT EXPT_PROJECT "/environments/{environment}"

void AddSetupAndProjects(std::vector<Route>* routes) {
  routes->push_back({.method = "POST",
                     .path = "/api/v1/setup",
                     .operation = "setup",
                     .access = Need::kSetup,
                     .text = "Buys the first API token with the setup token that exptd printed, and makes the first "
                             "member where an e-mail address is given. Works once.",
                     .tag = "setup",
                     .body = {.schema = "SetupRequest", .limit = 16u << 10},
                     .success = {.status = 201, .schema = "SetupReply", .is_secret = true},
                     .call = PostSetup});
  routes->push_back({.method = "GET",
                     .path = "/api/v1/projects",
                     .operation = "listProjects",
                     .access = Access::Anywhere(Permission::kProjectsRead),
                     .text = "Lists projects by key.",
                     .tag = "projects",
                     .query = Paging(),
                     .success = {.schema = "ProjectPage"},
                     .call = ListProjects});
  routes->push_back({.method = "POST",
                     .path = "/api/v1/projects",
                     .operation = "createProject",
                     .access = Permission::kProjectsWrite,
                     .text = "Creates a project.",
                     .tag = "projects",
                     .body = {.schema = "Project", .limit = kMaxDefinitionBytes},
                     .success = {.status = 201, .schema = "Project", .has_etag = true},
                     .faults = {409},
                     .call = PostProject});
  routes->push_back({.method = "GET",
                     .path = EXPT_PROJECT,
                     .operation = "getProject",
                     .access = Permission::kProjectsRead,
                     .text = "Reads a project.",
                     .tag = "projects",
                     .success = {.schema = "Project", .has_etag = true},
                     .call = GetProject});
  routes->push_back({.method = "GET",
                     .path = EXPT_PROJECT "/environments",
                     .operation = "listEnvironments",
                     .access = Permission::kProjectsRead,
                     .text = "Lists the environments of a project by key.",
                     .tag = "projects",
                     .query = Paging(),
                     .success = {.schema = "EnvironmentPage"},
                     .call = ListEnvironments});
  routes->push_back({.method = "POST",
                     .path = EXPT_PROJECT "/environments",
                     .operation = "createEnvironment",
                     .access = Permission::kEnvironmentsWrite,
                     .text = "Creates an environment: one stream of snapshots.",
                     .tag = "projects",
                     .body = {.schema = "Environment", .limit = kMaxDefinitionBytes},
                     .success = {.status = 201, .schema = "Environment", .has_etag = true},
                     .faults = {409},
                     .call = PostEnvironment});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT,
                     .operation = "getEnvironment",
                     .access = Permission::kProjectsRead,
                     .text = "Reads an environment, with what is published in it.",
                     .tag = "projects",
                     .success = {.schema = "Environment", .has_etag = true},
                     .call = GetEnvironment});
  routes->push_back({.method = "PUT",
                     .path = EXPT_ENVIRONMENT,
                     .operation = "replaceEnvironment",
                     .access = Permission::kEnvironmentsWrite,
                     .text = "Says how an environment is called and how publishes reach it.",
                     .tag = "projects",
                     .body = {.schema = "Environment", .limit = kMaxDefinitionBytes},
                     .success = {.schema = "Environment", .has_etag = true},
                     .takes_if_match = true,
                     .call = PutEnvironment});
}

void AddAudit(std::vector<Route>* routes) {
  std::vector<QueryParameter> paged = Paging();
  paged.insert(paged.end(), kAuditQuery.begin(), kAuditQuery.end());
  routes->push_back({.method = "GET",
                     .path = "/api/v1/audit",
                     .operation = "listAudit",
                     .access = Access::Anywhere(Permission::kAuditRead),
                     .text = "Lists who changed what, newest first.",
                     .tag = "audit",
                     .query = paged,
                     .success = {.schema = "AuditEntryPage"},
                     .call = ListAudit});
  routes->push_back({.method = "GET",
                     .path = "/api/v1/audit/activity",
                     .operation = "getAuditActivity",
                     .access = Permission::kAuditRead,
                     .text = "Counts what each actor did.",
                     .tag = "audit",
                     .query = kAuditQuery,
                     .success = {.schema = "AuditActivity"},
                     .call = GetAuditActivity});
  routes->push_back({.method = "GET",
                     .path = "/api/v1/audit/export",
                     .operation = "exportAudit",
                     .access = Permission::kAuditRead,
                     .text = "The audit as lines that prove themselves, oldest first; docs/audit.md describes them.",
                     .tag = "audit",
                     .query = {Paging()[0], {"cursor", "Cursor", "Number of the last entry of the page before."}},
                     .success = {.schema = "File", .media_type = "application/x-ndjson"},
                     .call = ExportAudit});
  routes->push_back({.method = "GET",
                     .path = "/api/v1/audit/key",
                     .operation = "getAuditKey",
                     .access = Permission::kAuditRead,
                     .text = "The public key that signs heads of the audit.",
                     .tag = "audit",
                     .success = {.schema = "PublicKey"},
                     .call = GetAuditKey});
}

void AddDocuments(std::vector<Route>* routes) {
  AddDocumentRoutes<Kind::kFlag>(routes, EXPT_PROJECT "/flags", EXPT_PROJECT "/flags/{key}", "flags", "Flag",
                                 "FlagPage", Permission::kFlagsRead, Permission::kFlagsWrite,
                                 {"listFlags", "createFlag", "getFlag", "replaceFlag", "archiveFlag"});
  AddDocumentRoutes<Kind::kSegment>(
      routes, EXPT_PROJECT "/segments", EXPT_PROJECT "/segments/{key}", "segments", "Segment", "SegmentPage",
      Permission::kSegmentsRead, Permission::kSegmentsWrite,
      {"listSegments", "createSegment", "getSegment", "replaceSegment", "archiveSegment"});
  AddDocumentRoutes<Kind::kAttribute>(
      routes, EXPT_PROJECT "/attributes", EXPT_PROJECT "/attributes/{key}", "attributes", "Attribute", "AttributePage",
      Permission::kAttributesRead, Permission::kAttributesWrite,
      {"listAttributes", "createAttribute", "getAttribute", "replaceAttribute", "archiveAttribute"});
  AddDocumentRoutes<Kind::kMetric>(routes, EXPT_PROJECT "/metrics", EXPT_PROJECT "/metrics/{key}", "metrics", "Metric",
                                   "MetricPage", Permission::kMetricsRead, Permission::kMetricsWrite,
                                   {"listMetrics", "createMetric", "getMetric", "replaceMetric", "archiveMetric"});
  AddDocumentRoutes<Kind::kExperiment>(
      routes, EXPT_ENVIRONMENT "/experiments", EXPT_ENVIRONMENT "/experiments/{key}", "experiments", "Experiment",
      "ExperimentPage", Permission::kExperimentsRead, Permission::kExperimentsWrite,
      {"listExperiments", "createExperiment", "getExperiment", "replaceExperiment", "archiveExperiment"});
  AddDocumentRoutes<Kind::kLayer>(routes, EXPT_ENVIRONMENT "/layers", EXPT_ENVIRONMENT "/layers/{key}", "layers",
                                  "Layer", "LayerPage", Permission::kLayersRead, Permission::kLayersWrite,
                                  {"listLayers", "createLayer", "getLayer", "replaceLayer", "archiveLayer"});
  AddDocumentRoutes<Kind::kHoldout>(
      routes, EXPT_ENVIRONMENT "/holdouts", EXPT_ENVIRONMENT "/holdouts/{key}", "holdouts", "Holdout", "HoldoutPage",
      Permission::kHoldoutsRead, Permission::kHoldoutsWrite,
      {"listHoldouts", "createHoldout", "getHoldout", "replaceHoldout", "archiveHoldout"});
  AddDocumentRoutes<Kind::kOverride>(
      routes, EXPT_ENVIRONMENT "/overrides", EXPT_ENVIRONMENT "/overrides/{key}", "overrides", "Override",
      "OverridePage", Permission::kOverridesRead, Permission::kOverridesWrite,
      {"listOverrides", "createOverride", "getOverride", "replaceOverride", "archiveOverride"});
  AddDocumentRoutes<Kind::kProjectOverride>(
      routes, EXPT_PROJECT "/overrides", EXPT_PROJECT "/overrides/{key}", "overrides", "Override", "OverridePage",
      Permission::kOverridesRead, Permission::kOverridesWrite,
      {"listProjectOverrides", "createProjectOverride", "getProjectOverride", "replaceProjectOverride",
       "archiveProjectOverride"});
  AddDocumentRoutes<Kind::kContext>(
      routes, EXPT_PROJECT "/contexts", EXPT_PROJECT "/contexts/{key}", "tests", "SavedContext", "SavedContextPage",
      Permission::kTestsRead, Permission::kTestsWrite,
      {"listContexts", "createContext", "getContext", "replaceContext", "archiveContext"});
  AddDocumentRoutes<Kind::kFlagTest>(
      routes, EXPT_PROJECT "/tests", EXPT_PROJECT "/tests/{key}", "tests", "FlagTest", "FlagTestPage",
      Permission::kTestsRead, Permission::kTestsWrite,
      {"listTests", "createTest", "getTest", "replaceTest", "archiveTest"});
  AddDocumentRoutes<Kind::kMetricGroup>(
      routes, EXPT_PROJECT "/metric-groups", EXPT_PROJECT "/metric-groups/{key}", "metrics", "MetricGroup",
      "MetricGroupPage", Permission::kMetricsRead, Permission::kMetricsWrite,
      {"listMetricGroups", "createMetricGroup", "getMetricGroup", "replaceMetricGroup", "archiveMetricGroup"});
  AddDocumentRoutes<Kind::kTemplate>(
      routes, EXPT_PROJECT "/templates", EXPT_PROJECT "/templates/{key}", "templates", "Template", "TemplatePage",
      Permission::kTemplatesRead, Permission::kTemplatesWrite,
      {"listTemplates", "createTemplate", "getTemplate", "replaceTemplate", "archiveTemplate"});
  AddDocumentRoutes<Kind::kDashboard>(
      routes, EXPT_PROJECT "/dashboards", EXPT_PROJECT "/dashboards/{key}", "dashboards", "Dashboard", "DashboardPage",
      Permission::kDashboardsRead, Permission::kDashboardsWrite,
      {"listDashboards", "createDashboard", "getDashboard", "replaceDashboard", "archiveDashboard"});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/flags",
                     .operation = "listFlagConfigurations",
                     .access = Permission::kFlagsRead,
                     .text = "Lists what the flags of the project serve in this environment, by key.",
                     .tag = "flags",
                     .query = kPagingOfDocuments,
                     .success = {.schema = "FlagConfigurationPage"},
                     .call = ListConfigurations});
  routes->push_back(
      {.method = "GET",
       .path = EXPT_ENVIRONMENT "/flags/{key}",
       .operation = "getFlagConfiguration",
       .access = Permission::kFlagsRead,
       .text = "Reads what a flag serves in this environment. Disabled, with ETag \"0\", until it is set.",
       .tag = "flags",
       .success = {.schema = "FlagConfiguration", .has_etag = true},
       .call = GetConfiguration});
  routes->push_back({.method = "PUT",
                     .path = EXPT_ENVIRONMENT "/flags/{key}",
                     .operation = "replaceFlagConfiguration",
                     .access = Permission::kFlagsWrite,
                     .text = "Says what a flag serves in this environment. In force with the next publish.",
                     .tag = "flags",
                     .body = {.schema = "FlagConfiguration", .limit = kMaxDefinitionBytes},
                     .success = {.schema = "FlagConfiguration", .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = PutConfiguration});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/emergency-off",
                     .operation = "getEmergencyOff",
                     .access = Permission::kPublishRead,
                     .text = "Reads which flags serve their off variant at once.",
                     .tag = "publish",
                     .success = {.schema = "EmergencyOff", .has_etag = true},
                     .call = GetEmergencyOff});
  routes->push_back({.method = "PUT",
                     .path = EXPT_ENVIRONMENT "/emergency-off",
                     .operation = "replaceEmergencyOff",
                     .access = Permission::kEmergencyWrite,
                     .text = "Makes flags serve their off variant with the Head that is signed at once; no publish.",
                     .tag = "publish",
                     .body = {.schema = "EmergencyOff", .limit = kMaxDefinitionBytes},
                     .success = {.schema = "EmergencyOff", .has_etag = true},
                     .faults = {409},
                     .takes_if_match = true,
                     .call = PutEmergencyOff});
}

void AddKeysAndPublish(std::vector<Route>* routes) {
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/keys",
                     .operation = "listSdkKeys",
                     .access = Permission::kKeysRead,
                     .text = "Lists SDK keys without their secrets.",
                     .tag = "keys",
                     .query = Paging(),
                     .success = {.schema = "SdkKeyPage"},
                     .call = ListKeys});
  routes->push_back({.method = "POST",
                     .path = EXPT_ENVIRONMENT "/keys",
                     .operation = "createSdkKey",
                     .access = Permission::kKeysWrite,
                     .text = "Makes an SDK key. The reply is the only place where it is shown.",
                     .tag = "keys",
                     .body = {.schema = "SdkKeyRequest", .limit = 4096},
                     .success = {.status = 201, .schema = "NewSdkKey", .is_secret = true},
                     .faults = {409},
                     .call = PostKey});
  routes->push_back({.method = "DELETE",
                     .path = EXPT_ENVIRONMENT "/keys/{key_id}",
                     .operation = "revokeSdkKey",
                     .access = Permission::kKeysWrite,
                     .text = "Revokes an SDK key at once.",
                     .tag = "keys",
                     .success = {.status = 204},
                     .call = DeleteKey});
  routes->push_back({.method = "POST",
                     .path = EXPT_ENVIRONMENT "/keys/{key_id}/rotation",
                     .operation = "rotateSdkKey",
                     .access = Permission::kKeysWrite,
                     .text = "Makes the successor of an SDK key, which is valid for a while beside it.",
                     .tag = "keys",
                     .body = {.schema = "SdkKeyRotation", .is_required = false, .limit = 4096},
                     .success = {.status = 201, .schema = "NewSdkKey", .is_secret = true},
                     .faults = {409},
                     .call = PostKeyRotation});
  routes->push_back({.method = "POST",
                     .path = EXPT_ENVIRONMENT "/publish",
                     .operation = "publish",
                     .access = Permission::kPublishWrite,
                     .text = "Checks the definitions with the engine that clients run, signs them, makes them live.",
                     .tag = "publish",
                     .body = {.schema = "PublishRequest", .is_required = false, .limit = 64u << 10},
                     .success = {.schema = "PublishReply"},
                     .faults = {409},
                     .call = PostPublish});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/publish/preview",
                     .operation = "previewPublish",
                     .access = Permission::kPublishRead,
                     .text = "Tells what a publish now would change for units, and changes nothing.",
                     .tag = "publish",
                     .success = {.schema = "PublishPreview"},
                     .call = GetPublishPreview});
  routes->push_back({.method = "POST",
                     .path = EXPT_ENVIRONMENT "/publish/approvals",
                     .operation = "approvePublish",
                     .access = Permission::kPublishWrite,
                     .text = "Approves what a preview showed, so that somebody else may publish it.",
                     .tag = "publish",
                     .body = {.schema = "Approval", .limit = 64u << 10},
                     .success = {.status = 201, .schema = "ApprovalReply"},
                     .faults = {409},
                     .call = PostPublishApproval});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/changes",
                     .operation = "listChanges",
                     .access = Permission::kPublishRead,
                     .text = "Lists what a publish now would make live, and what stands in its way.",
                     .tag = "publish",
                     .success = {.schema = "Changes"},
                     .call = GetChanges});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/snapshot",
                     .operation = "getLiveSnapshot",
                     .access = Permission::kPublishRead,
                     .text = "Downloads the signed snapshot that is live.",
                     .tag = "publish",
                     .query = {{"audience", "Audience", "For whom it is."}},
                     .success = {.schema = "File", .media_type = kBytes},
                     .call = GetLiveSnapshot});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/root",
                     .operation = "getNewestRoot",
                     .access = Permission::kPublishRead,
                     .text = "Downloads the newest Root file.",
                     .tag = "publish",
                     .success = {.schema = "File", .media_type = kBytes},
                     .call = GetEnvironmentRoot});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/rings",
                     .operation = "getRings",
                     .access = Permission::kPublishRead,
                     .text = "Tells how far the last publish that went out in rings has come. 404 before the first.",
                     .tag = "publish",
                     .success = {.schema = "Rings"},
                     .call = GetRings});
  routes->push_back({.method = "POST",
                     .path = EXPT_ENVIRONMENT "/rings/complete",
                     .operation = "completeRings",
                     .access = Permission::kPublishWrite,
                     .text = "Gives the candidate to everyone at once. 409 when nothing is under way.",
                     .tag = "publish",
                     .body = {.schema = "RingsRequest", .is_required = false, .limit = 4096},
                     .success = {.schema = "Rings"},
                     .faults = {409},
                     .call = PostRingsComplete});
  routes->push_back({.method = "POST",
                     .path = EXPT_ENVIRONMENT "/rings/halt",
                     .operation = "haltRings",
                     .access = Permission::kPublishWrite,
                     .text = "Withdraws the candidate: the stable content goes to everyone under the next version.",
                     .tag = "publish",
                     .body = {.schema = "RingsRequest", .is_required = false, .limit = 4096},
                     .success = {.schema = "Rings"},
                     .faults = {409},
                     .call = PostRingsHalt});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/instances",
                     .operation = "listInstances",
                     .access = Permission::kPublishRead,
                     .text = "Counts and lists the clients that reported in the last hour.",
                     .tag = "publish",
                     .query = Paging(),
                     .success = {.schema = "Instances"},
                     .call = GetInstances});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/results/{key}",
                     .operation = "getResults",
                     .access = Permission::kResultsRead,
                     .text = "Computes the results of the current phase of an experiment. 409 before it has started.",
                     .tag = "results",
                     .query = {{"alpha", "Alpha", "Instead of the experiment's."},
                               {"mode", "Mode", "Instead of the experiment's."},
                               {"metric", "Key", "Only this metric."}},
                     .success = {.schema = "Results"},
                     .faults = {409},
                     .call = GetResults});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/events/accounting",
                     .operation = "getAccounting",
                     .access = Permission::kEventsRead,
                     .text = "Counts what became of all events of the environment.",
                     .tag = "events",
                     .success = {.schema = "Accounting"},
                     .call = GetAccounting});
  routes->push_back({.method = "GET",
                     .path = EXPT_ENVIRONMENT "/events/quarantine",
                     .operation = "listQuarantine",
                     .access = Permission::kQuarantineRead,
                     .text = "Lists refused events as they were sent, newest first.",
                     .tag = "events",
                     .query = {{"limit", "Limit", "Most items."}},
                     .success = {.schema = "QuarantinePage"},
                     .call = GetQuarantine});
}

void AddSdkAndOperations(std::vector<Route>* routes) {
  routes->push_back({.method = "GET",
                     .path = "/sdk/v1/head",
                     .operation = "getHead",
                     .access = Need::kSdkSnapshots,
                     .text = "The signed pointer to the live snapshot of the key's environment and audience.",
                     .tag = "sdk",
                     .success = {.schema = "File", .media_type = kBytes, .has_etag = true},
                     .faults = {404},
                     .any_origin = true,
                     .call = GetHead});
  routes->push_back({.method = "GET",
                     .path = "/sdk/v1/stream",
                     .operation = "streamHeads",
                     .access = Need::kSdkSnapshots,
                     .text = "Server-sent events: each new Head as soon as it is signed, in base64.",
                     .tag = "sdk",
                     .success = {.schema = "Text", .media_type = "text/event-stream"},
                     .any_origin = true,
                     .call = GetStream});
  routes->push_back({.method = "GET",
                     .path = "/sdk/v1/snapshots/{digest}",
                     .operation = "getSnapshot",
                     .access = Need::kSdkSnapshots,
                     .text = "A signed snapshot by the SHA-256 of its payload. Never changes.",
                     .tag = "sdk",
                     .success = {.schema = "File", .media_type = kBytes, .has_etag = true},
                     .any_origin = true,
                     .call = GetSnapshot});
  routes->push_back({.method = "GET",
                     .path = "/sdk/v1/root/{version}",
                     .operation = "getRoot",
                     .access = Need::kPublic,
                     .text = "A Root file: the keys that may sign. Never changes.",
                     .tag = "sdk",
                     .success = {.schema = "File", .media_type = kBytes, .has_etag = true},
                     .any_origin = true,
                     .call = GetRoot});
  routes->push_back({.method = "POST",
                     .path = "/sdk/v1/events",
                     .operation = "postEvents",
                     .access = Need::kSdkEvents,
                     .text = "Takes an EventBatch; answers with an EventBatchReply when it is durable.",
                     .tag = "sdk",
                     .body = {.schema = "File",
                              .media_type = "application/x-protobuf",
                              .is_compressible = true,
                              .limit = kMaxBatchBytes},
                     .success = {.schema = "File", .media_type = "application/x-protobuf"},
                     .any_origin = true,
                     .later = PostEvents});
  routes->push_back({.method = "POST",
                     .path = "/sdk/v1/status",
                     .operation = "postStatus",
                     .access = Need::kSdkSnapshots,
                     .text = "Takes a StatusReport: what serves in a client, and what became of the last snapshot.",
                     .tag = "sdk",
                     .body = {.schema = "File", .media_type = "application/x-protobuf", .limit = wire::kMaxStatusBytes},
                     .success = {.status = 204},
                     .any_origin = true,
                     .call = PostStatus});
  routes->push_back({.method = "GET",
                     .path = "/livez",
                     .operation = "getLive",
                     .access = Need::kPublic,
                     .text = "Says that the process answers.",
                     .tag = "operations",
                     .success = {.schema = "Health"},
                     .call = GetLive});
  routes->push_back(
      {.method = "GET",
       .path = "/readyz",
       .operation = "getReady",
       .access = Need::kPublic,
       .text = "Says whether it can do its work: 503 while the state store or the signing of Heads fails.",
       .tag = "operations",
       .success = {.schema = "Health"},
       .call = GetReady});
  routes->push_back({.method = "GET",
                     .path = "/metrics",
                     .operation = "getMetrics",
                     .access = Need::kOperator,
                     .text = "Counters in the text format of Prometheus.",
                     .tag = "operations",
                     .success = {.schema = "Text", .media_type = "text/plain"},
                     .call = GetMetrics});
  routes->push_back({.method = "GET",
                     .path = "/openapi.json",
                     .operation = "getOpenApi",
                     .access = Need::kPublic,
                     .text = "This description.",
                     .tag = "operations",
                     .success = {.schema = "OpenApi"},
                     .call = GetOpenApi});
}

#undef EXPT_ENVIRONMENT
#undef EXPT_PROJECT

}  // namespace

std::vector<QueryParameter> Paging() { return {kPagingOfDocuments.begin(), kPagingOfDocuments.begin() + 2}; }

std::span<const Route> Routes() {
  // Made on first use and kept: views into it are handed out.
  static const auto& routes = *[] {
    auto* made = new std::vector<Route>();
    AddSetupAndProjects(made);
    AddPeopleRoutes(made);
    AddAudit(made);
    AddDocuments(made);
    AddExperimentRoutes(made);
    AddResourceRoutes(made);
    AddKeysAndPublish(made);
    AddHistoryRoutes(made);
    AddChangeRoutes(made);
    AddSdkAndOperations(made);
    return made;
  }();
  return routes;
}

std::vector<int> FaultStatuses(const Route& route) {
  std::set<int> statuses(route.faults.begin(), route.faults.end());
  statuses.insert({400, 500, 503});
  const Access& access = route.access;
  if (access.need() != Need::kPublic) statuses.insert({401, 429});
  // A change by a page of another site is refused with 403, too.
  const bool is_change = route.method != "GET";
  const bool is_of_sdk = access.need() == Need::kSdkSnapshots || access.need() == Need::kSdkEvents;
  if (access.permission() || access.need() == Need::kOperator || is_of_sdk) statuses.insert(403);
  if (is_change && (access.need() == Need::kSetup || access.need() == Need::kSignedIn)) statuses.insert(403);
  if (route.path.find('{') != std::string_view::npos) statuses.insert(404);
  if (!route.body.schema.empty()) {
    statuses.insert({413, 415});
    if (route.body.media_type == "application/json") statuses.insert(422);
  }
  if (route.takes_if_match) statuses.insert(412);
  if (TakesIdempotencyKey(route)) statuses.insert({409, 422});
  return {statuses.begin(), statuses.end()};
}

}  // namespace expt::api
