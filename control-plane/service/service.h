// The definitions of flags and experiments, and everything that may be done with them. JSON in, JSON out.
//
//   Service service(state, keys);
//   Call call{.actor = "token tok_1", .address = "127.0.0.1", .now = now};
//   Result<Versioned> made = service.Create(call, Kind::kFlag, {.project = "shop"}, body);
//   if (!made.ok()) ... made.fault().status, .errors ...
//   service.Replace(call, Kind::kFlag, {.project = "shop", .key = "checkout"}, body, made->revision);
//
// A `revision` is what the HTTP side calls an ETag: it starts at 1 and rises with each change of the document.
// docs/definitions.md describes the documents.
#ifndef EXPT_CONTROL_PLANE_SERVICE_SERVICE_H_
#define EXPT_CONTROL_PLANE_SERVICE_SERVICE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/assembly.h"
#include "control-plane/service/call.h"
#include "control-plane/service/estimate_request.h"
#include "control-plane/service/fault.h"
#include "control-plane/service/flag_test.h"
#include "control-plane/service/results_request.h"
#include "control-plane/service/share.h"
#include "control-plane/service/stale.h"
#include "control-plane/service/where.h"
#include "src/wire/root.h"

namespace expt::storage {
class KeyStore;
class StateStore;
struct Credential;
struct Document;
struct DocumentName;
}  // namespace expt::storage

namespace expt::service {

class Libraries;
class Library;
class Plan;
struct Experiment;

// Kinds of documents.
enum class Kind {
  // Of a project.
  kFlag,
  kMetric,
  kSegment,
  kAttribute,
  kProjectOverride,
  kContext,
  kFlagTest,
  kMetricGroup,
  kTemplate,
  kDashboard,
  // Of one of its environments.
  kExperiment,
  kLayer,
  kHoldout,
  kOverride,
};
bool BelongsToEnvironment(Kind kind);

// What StepExperiment() does: a status, and what has to be true for it.
enum class ExperimentStep { kSubmit, kWithdraw, kStart, kPause, kResume, kStop };

// An experiment whose guardrails the server watches.
struct GuardedExperiment {
  Where where;
  std::string flag;
  std::string layer;  // empty: none
};

// A step that an experiment's schedule asks for.
struct DueExperiment {
  Where where;
  ExperimentStep step = ExperimentStep::kStart;
  int64_t at_ms = 0;
  std::string flag = {};   // of the experiment
  std::string layer = {};  // empty: none
  // The server was away for longer than the experiment was to run: it is not worth starting.
  bool is_over = false;
};

struct Picture {
  std::string bytes;
  std::string media_type;
  std::string digest;  // SHA-256 of the bytes, as hexadecimal digits
};

struct Versioned {
  nlohmann::json body;
  int64_t revision = 0;
};

struct ListOptions {
  size_t limit = 100;       // 1..1000
  std::string cursor = {};  // of the previous page; empty for the first one
  bool archived = false;    // list archived documents instead of the living ones
  // Of documents, only those that match; search.h says how. Empty: all.
  std::string search = {};  // words
  std::string tag = {};
  std::string owner = {};
};
struct Page {
  std::vector<nlohmann::json> items;
  std::optional<std::string> next_cursor;
  // {"items": [...], "next_cursor": null}
  nlohmann::json ToJson() const;
};

// How a file of unit ids is to be read.
struct MemberUpload {
  std::string bucket_by = {};  // what the ids are of; empty: as before, or the targeting key
  std::string column = {};     // its name in the first line; empty: the file has one column, with or without a header
  bool is_addition = false;    // beside the members that are there
};

struct EnvironmentRef {
  std::string project;  // key
  std::string key;
  std::string id;  // "env_…"
};

// A metric whose events are to be counted.
struct MetricPreviewRequest {
  std::string environment_id;
  nlohmann::json metric;  // valid
  int64_t days = 0;
};

struct ResultsOptions {
  std::optional<double> alpha;  // instead of the experiment's
  std::optional<std::string> mode;
  std::optional<std::string> metric;  // only this one
};

// Which entries of the audit are meant; what is empty does not restrict. Times as in documents, [from, until).
struct AuditQuery {
  std::string actor = {};
  std::string action = {};
  std::string project = {};
  std::string environment = {};
  std::string kind = {};
  std::string key = {};
  std::string from = {};
  std::string until = {};
};

// One entry as it is exported, without an end: {"entry":<the bytes that are hashed>,"hash":"<64 digits>"}
struct AuditLine {
  int64_t number = 0;
  std::string text;
};

// The same JSON text as RFC 8259 allows, and no more: no duplicate name, depth at most 32, no number beyond double, no
// integer beyond 64 bits, no lone surrogate, nothing behind it. Fault 400 names the place.
Result<nlohmann::json> ParseJson(std::string_view text);

// Thread-safe. `state` and `keys` must outlive it.
class Service {
 public:
  Service(storage::StateStore& state, storage::KeyStore& keys);
  ~Service();

  // --- Who may call -----------------------------------------------------------------------------------------------

  // A new setup token, to be printed once; nothing when setup is done. A token from an earlier start is worthless then.
  Result<std::optional<std::string>> NewSetupToken(const Call& call);
  // {"api_token": "..."} of an administrator. 401 when the token is wrong or used.
  Result<nlohmann::json> Setup(const Call& call, std::string_view setup_token);

  // `bearer` is what stands behind "Bearer " in the header Authorization. 401 without telling why. What the holder of
  // an API token may do is known to People::HolderOf().
  Result<ApiToken> AuthenticateApi(const Call& call, std::string_view bearer);
  Result<SdkPrincipal> AuthenticateSdk(const Call& call, std::string_view bearer);

  // --- Projects and environments ----------------------------------------------------------------------------------

  Result<Versioned> CreateProject(const Call& call, const nlohmann::json& body);
  Result<Versioned> GetProject(std::string_view project);
  // Name, tags and owner; the key stays. 412 when `revision` is given and is not the document's.
  Result<Versioned> ReplaceProject(const Call& call, std::string_view project, const nlohmann::json& body,
                                   std::optional<int64_t> revision);
  // It can still be read, and takes nothing more. 409 while it has an environment that is not archived.
  Result<Versioned> ArchiveProject(const Call& call, std::string_view project, std::optional<int64_t> revision);
  // Only those at which something is permitted.
  Result<Page> ListProjects(const ListOptions& options, const Rights& rights);

  // The publish room takes the new environment into the Root afterwards: Publisher::AdoptEnvironments().
  Result<Versioned> CreateEnvironment(const Call& call, std::string_view project, const nlohmann::json& body);
  // Everything but the key. 412 when `revision` is given and is not the document's.
  Result<Versioned> ReplaceEnvironment(const Call& call, std::string_view project, std::string_view environment,
                                       const nlohmann::json& body, std::optional<int64_t> revision);
  // What was in it is as good as missing afterwards. 409 while an SDK key of it is valid, or an experiment is under way.
  Result<Versioned> ArchiveEnvironment(const Call& call, std::string_view project, std::string_view environment,
                                       std::optional<int64_t> revision);
  Result<Versioned> GetEnvironment(std::string_view project, std::string_view environment);
  Result<Page> ListEnvironments(std::string_view project, const ListOptions& options, const Rights& rights);
  Result<EnvironmentRef> FindEnvironment(std::string_view project, std::string_view environment);
  Result<EnvironmentRef> FindEnvironmentById(std::string_view environment_id);
  Result<std::vector<EnvironmentRef>> Environments();

  // --- Documents --------------------------------------------------------------------------------------------------

  // Answers to changes carry "warnings", a list of sentences, where the change moves units.

  Result<Versioned> Create(const Call& call, Kind kind, const Where& where, const nlohmann::json& body);
  Result<Versioned> Get(Kind kind, const Where& where);
  Result<Page> List(Kind kind, const Where& where, const ListOptions& options);
  // 412 when `revision` is given and is not the document's.
  Result<Versioned> Replace(const Call& call, Kind kind, const Where& where, const nlohmann::json& body,
                            std::optional<int64_t> revision);
  // Keys are never reused: an archived document can still be read. 409 while another document needs it.
  Result<Versioned> Archive(const Call& call, Kind kind, const Where& where, std::optional<int64_t> revision);

  // --- The life of an experiment ----------------------------------------------------------------------------------

  // Takes one step; `body` is what docs/definitions.md says of it. 409 with every reason when the step cannot be taken.
  Result<Versioned> StepExperiment(const Call& call, const Where& experiment, ExperimentStep step,
                                   const nlohmann::json& body, std::optional<int64_t> revision);
  // Stops an experiment that is under way, and makes the rules that serve it serve the variant that was decided for.
  // Answers {experiment, configuration, needs_publish, warnings}, with the revision of the experiment.
  Result<Versioned> ShipExperiment(const Call& call, const Where& experiment, const nlohmann::json& body,
                                   std::optional<int64_t> revision);

  // Stops an experiment that is under way because of `reason`, and makes the rules that serve it serve its control.
  // Answers like ShipExperiment().
  Result<Versioned> RollBackExperiment(const Call& call, const Where& experiment, std::string_view reason);
  // A running experiment of half and half and, as the first rule of the flag, one that serves it to a share that rises.
  // Answers like ShipExperiment(). `revision` is that of the flag's configuration.
  Result<Versioned> CreateGuardedRamp(const Call& call, const Where& flag, const nlohmann::json& body,
                                      std::optional<int64_t> revision);
  // Those that are running and roll back by themselves.
  Result<std::vector<GuardedExperiment>> GuardedExperiments();

  // Adds {"text"} to its notes, for good. At most 1,000.
  Result<Versioned> NoteExperiment(const Call& call, const Where& experiment, const nlohmann::json& body,
                                   std::optional<int64_t> revision);
  // Adds a PNG or JPEG picture of what units see, of one variant unless that is empty. At most 10.
  Result<Versioned> AddScreenshot(const Call& call, const Where& experiment, std::string_view picture,
                                  std::string_view variant, std::string_view caption, std::optional<int64_t> revision);
  Result<Versioned> RemoveScreenshot(const Call& call, const Where& experiment, std::string_view id,
                                     std::optional<int64_t> revision);
  Result<Picture> GetScreenshot(const Where& experiment, std::string_view id);
  // {"power", "daily_units", "metrics": [{"metric", "mde", "mde_scale", "baseline"}]} about an experiment in any status.
  Result<EstimateRequest> RequestEstimate(const Where& experiment, const nlohmann::json& body);

  // Which experiments should have been started or stopped by now, and have not failed to be. By time.
  Result<std::vector<DueExperiment>> DueExperiments(Time now);
  // Writes into the experiment that its schedule failed, so that nothing is tried again.
  Result<Done> FailSchedule(const Call& call, const DueExperiment& due, std::string_view text);

  // --- Flags in an environment ------------------------------------------------------------------------------------
  // `body` over what the template of that key begins with (RFC 7396), for Create() of a flag or an experiment. 404 for a
  // template that is not there or of another kind.
  Result<nlohmann::json> FromTemplate(Kind kind, const Where& where, std::string_view key, const nlohmann::json& body);

  // The members of a segment that were uploaded, of `list` "include" or "exclude"; the answers are the segment with
  // their number. 404 for another list.
  //
  // Takes CSV, in place of what was there or beside it. 422 names the lines.
  Result<Versioned> UploadMembers(const Call& call, const Where& segment, std::string_view list, std::string_view csv,
                                  const MemberUpload& upload, std::optional<int64_t> revision);
  // {"add": [unit ids], "remove": [unit ids], "bucket_by": of a list that is not there yet}
  Result<Versioned> ChangeMembers(const Call& call, const Where& segment, std::string_view list,
                                  const nlohmann::json& body, std::optional<int64_t> revision);
  Result<Versioned> RemoveMembers(const Call& call, const Where& segment, std::string_view list,
                                  std::optional<int64_t> revision);
  // As CSV with a header, in the order of the bytes. 404 when there is none.
  Result<std::string> DownloadMembers(const Where& segment, std::string_view list);

  // A flag in one environment. Before the first Replace it is disabled and its revision is 0.
  Result<Versioned> GetConfiguration(const Where& flag);
  // Of all flags of the project, by key of the flag.
  Result<Page> ListConfigurations(std::string_view project, std::string_view environment, const ListOptions& options);
  Result<Versioned> ReplaceConfiguration(const Call& call, const Where& flag, const nlohmann::json& body,
                                         std::optional<int64_t> revision);

  // Flags that serve their off variant at once: {"flags": ["checkout"]}. In force with the next Head, which the
  // publish room signs: HeadIssuer::IssueNow(). At most 256 keys.
  Result<Versioned> GetEmergencyOff(std::string_view project, std::string_view environment);
  Result<Versioned> ReplaceEmergencyOff(const Call& call, std::string_view project, std::string_view environment,
                                        const nlohmann::json& body, std::optional<int64_t> revision);

  // --- Flags in use, and in code ------------------------------------------------------------------------------------

  // Flags of the environment that code could do without. `last_seen_ms`: of each flag that was ever evaluated.
  Result<std::vector<StaleFlag>> ListStale(const Call& call, const EnvironmentRef& environment,
                                           const std::map<std::string, int64_t>& last_seen_ms);

  // {"repository", "branch", "commit", "references": [{"flag", "path", "line", "text"}]}, in place of what an earlier
  // scan of that branch has found. Without references the branch is forgotten.
  Result<nlohmann::json> ReplaceCodeReferences(const Call& call, std::string_view project, const nlohmann::json& body);
  // {"items": [{"repository", "branch", "commit", "scanned", "references", "flags"}]}
  Result<nlohmann::json> ListCodeScans(std::string_view project);
  // {"items": [{"repository", "branch", "commit", "path", "line", "text"}], "has_more"}
  Result<nlohmann::json> ListCodeReferences(const Where& flag);

  // --- Shares -----------------------------------------------------------------------------------------------------

  // Reads {"kind", "environment", "key", "name", "expires", "frozen"}. 422 when what it names is not there.
  Result<ShareRequest> ReadShareRequest(const Call& call, std::string_view project, const nlohmann::json& body);
  // `frozen` is what a frozen one goes on showing. The answer holds the token, which is shown here only.
  Result<nlohmann::json> CreateShare(const Call& call, const ShareRequest& request, const nlohmann::json& frozen);
  Result<Page> ListShares(std::string_view project, const ListOptions& options);
  // At once. Revoking twice is no fault.
  Result<Done> RevokeShare(const Call& call, std::string_view project, std::string_view id);
  // 404 without telling why.
  Result<OpenedShare> OpenShare(const Call& call, std::string_view token);

  // --- SDK keys ---------------------------------------------------------------------------------------------------

  // Body {"kind": "server"|"client", "name", "scopes", "expires"}; the answer describes the key and shows it, which
  // nothing else does: "key". 409 while no Root names the environment.
  Result<nlohmann::json> CreateSdkKey(const Call& call, std::string_view project, std::string_view environment,
                                      const nlohmann::json& body);
  Result<Page> ListSdkKeys(std::string_view project, std::string_view environment, const ListOptions& options);
  // Another key of the same kind, scopes and name; the old one is valid for {"overlap_seconds"} more, a day unless said.
  // 409 for a key that is revoked, over or replaced already.
  struct Rotation {
    nlohmann::json answer;       // as of CreateSdkKey()
    int64_t old_expires_ms = 0;  // from then on the old key is refused
  };
  Result<Rotation> RotateSdkKey(const Call& call, std::string_view project, std::string_view environment,
                                std::string_view key_id, const nlohmann::json& body);
  // At once. Revoking twice is no fault.
  Result<Done> RevokeSdkKey(const Call& call, std::string_view project, std::string_view environment,
                            std::string_view key_id);

  // --- Publishing, results ----------------------------------------------------------------------------------------

  // What a publish now would make live: {published_version, published, changes: [{kind, key, change: "created"|
  // "updated"|"archived", before, after, actor, time}], problems: [{pointer, text}]}. A document that was changed
  // back is not listed. `actor` and `time` are those of its last change.
  Result<nlohmann::json> ListChanges(const Call& call, std::string_view project, std::string_view environment);
  Result<Assembly> Assemble(const Call& call, std::string_view project, std::string_view environment);
  // Decides the flag tests of an assembly with the engine that clients run.
  Result<std::vector<FlagTestRun>> RunTests(const Call& call, const Assembly& assembly);
  // Keys of overrides that have expired since the environment was published last.
  Result<std::vector<std::string>> ExpiredOverrides(const Call& call, const EnvironmentRef& environment);
  // 409 in a freeze, and where changes must be reviewed, unless they were.
  std::optional<Fault> RefusePublish(const Call& call, std::string_view project, std::string_view environment,
                                     bool is_reviewed);

  // Of {"metric": a document, stored or not, "days": 1 to 90, 7 unless said}.
  Result<MetricPreviewRequest> RequestMetricPreview(std::string_view project, std::string_view environment,
                                                    const nlohmann::json& body);

  // 409 before the experiment has started.
  Result<ResultsRequest> RequestResults(std::string_view project, std::string_view environment,
                                        std::string_view experiment, const ResultsOptions& options);

  // --- Audit ------------------------------------------------------------------------------------------------------

  // Newest first, of the places whose audit may be read. The cursor is the number of the last entry looked at: a page
  // may be short of its limit, and even empty, before the last one. 400 for a time that is none.
  Result<Page> ListAudit(const AuditQuery& query, const ListOptions& options, const Rights& rights);
  // Who did how much: {"items": [{actor, count, first, last, actions: {"create": 3}}]}, by actor.
  Result<nlohmann::json> CountAudit(const AuditQuery& query);
  // Oldest first, above `after_number`.
  Result<std::vector<AuditLine>> ExportAudit(int64_t after_number, size_t limit);

 private:
  friend class ChangeRequests;  // several of these changes in one

  // A document as its writer wants it, and what is known about it so far.
  struct Draft {
    Kind kind;
    Where where;
    nlohmann::json body;
    nlohmann::json before;  // null when it is new
    std::vector<Problem> problems;
    std::vector<Problem> conflicts;     // what the state forbids
    std::vector<std::string> warnings;  // what a permitted change does to units
  };
  void PrepareFlag(Draft& draft, Plan& plan);
  void PrepareMetric(Draft& draft, Library& library);
  void PrepareSegment(Draft& draft, Plan& plan, Library& library);
  void PrepareAttribute(Draft& draft);
  void PrepareLayer(Draft& draft, Plan& plan, Library& library);
  void PrepareHoldout(Draft& draft, Plan& plan, Library& library, int64_t now_ms);
  void PrepareExperiment(Draft& draft, Plan& plan, Library& library, int64_t now_ms);
  void PrepareFlagTest(Draft& draft, Library& library);
  void PrepareDashboard(Draft& draft);
  // Sets the uploaded list of a segment to what `edit` makes of its ids, which come and go sorted and each once.
  using EditMembers = std::function<void(std::vector<std::string>& unit_ids)>;
  Result<Versioned> WriteMembers(const Call& call, const Where& where, std::string_view list,
                                 const std::string& bucket_by, std::optional<int64_t> revision,
                                 const EditMembers& edit);
  // A living document that is about to be changed. 404, 409, 412.
  Result<storage::Document> FindCurrent(Kind kind, const Where& where, std::optional<int64_t> revision);
  // Checks the draft and fills in what its writer has left out. 422 with every problem.
  std::optional<Fault> Prepare(Draft& draft, Plan& plan, int64_t now_ms);
  std::vector<Experiment> ExperimentsOf(const Where& where, Plan& plan, absl::Status& status);
  std::optional<Fault> FindUser(Kind kind, const Where& where, Plan& plan);
  // 409 where a change of such a document needs a review.
  std::optional<Fault> RefuseDirect(Kind kind, const Where& where);
  // The changes of documents up to the commit: what is to be written goes into the plan. `current` is what is stored.
  std::optional<Fault> PlanCreate(Plan& plan, int64_t now_ms, Kind kind, Where& where, const nlohmann::json& body);
  std::optional<Fault> PlanReplace(Plan& plan, int64_t now_ms, Kind kind, const storage::Document& current,
                                   const nlohmann::json& body);
  std::optional<Fault> PlanArchive(Plan& plan, Kind kind, const storage::Document& current);
  std::optional<Fault> PlanConfiguration(Plan& plan, int64_t now_ms, const Where& flag, const Versioned& current,
                                         const nlohmann::json& body);

  Result<Assembly> AssembleFrom(Library& library, const EnvironmentRef& place, int64_t state_revision, Time now);
  Result<bool> HasValidSdkKey(std::string_view environment_id, int64_t now_ms);
  // How an experiment ends for its flag.
  struct Settlement {
    std::string variant;                       // that its rules serve from now on
    const nlohmann::json* coverage = nullptr;  // null: to everybody
    std::string_view status;                   // of the experiment
    std::string_view action;                   // for the audit
    nlohmann::json decision;
  };
  // One change of both documents. 409 when no rule serves the experiment, or the flag would not be valid any more.
  Result<Versioned> Settle(const Call& call, const storage::Document& current, const Settlement& settlement,
                           std::vector<Problem> conflicts);
  // Both documents, as a change of both answers.
  Result<Versioned> ExperimentAndFlag(const Where& experiment, const Where& flag,
                                      const std::vector<std::string>& warnings);

  // The documents of one page, and one more where there are more.
  Result<std::vector<storage::Document>> ListPermitted(const storage::DocumentName& folder, const ListOptions& options,
                                                       const std::function<bool(const std::string&)>& is_permitted);
  // The fault of a folder that is not there: project, or environment where the kind belongs to one.
  std::optional<Fault> CheckFolder(Kind kind, const Where& where);
  // 409 for a project that is archived.
  std::optional<Fault> CheckProjectLives(std::string_view project);
  struct RootFile {
    std::string bytes;
    wire::RootModel root;
  };
  absl::StatusOr<std::optional<RootFile>> NewestRoot() const;
  // Makes a key for `credential`, which has its kind already, and fills in what follows from it.
  Result<std::string> NewSdkKey(const EnvironmentRef& place, storage::Credential& credential);
  nlohmann::json EnvironmentBody(const storage::Document& document, const std::optional<RootFile>& root);

  storage::StateStore& state_;
  storage::KeyStore& keys_;
  const std::unique_ptr<Libraries> libraries_;
  std::mutex writing_;  // one change at a time, from reading what it depends on to the commit
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_SERVICE_H_
