#include "control-plane/daemon.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "control-plane/analysis/analysis.h"
#include "control-plane/analysis/usage.h"
#include "control-plane/api/accounting_watch.h"
#include "control-plane/api/api.h"
#include "control-plane/api/override_watch.h"
#include "control-plane/api/experiment_schedule.h"
#include "control-plane/api/change_apply.h"
#include "control-plane/api/guardrail_watch.h"
#include "control-plane/http/metrics.h"
#include "control-plane/ingest/ingest.h"
#include "control-plane/publish/audit_seal.h"
#include "control-plane/publish/head_issuer.h"
#include "control-plane/publish/instances.h"
#include "control-plane/publish/publisher.h"
#include "control-plane/publish/ring_keeper.h"
#include "control-plane/publish/root_intake.h"
#include "control-plane/publish/signing_keys.h"
#include "control-plane/publish/ticker.h"
#include "control-plane/schedule/agenda.h"
#include "control-plane/service/change_requests.h"
#include "control-plane/service/history.h"
#include "control-plane/service/people.h"
#include "control-plane/service/service.h"
#include "control-plane/storage/blob_store.h"
#include "control-plane/storage/key_store.h"
#include "control-plane/storage/state_store.h"
#include "control-plane/ui/assets.h"
#include "expt/version.h"
#include "src/base/status.h"

namespace expt {
namespace {

constexpr std::chrono::minutes kHeadLife{15};
// A Head outlives this many rounds of the issuer, so that one failure expires nothing.
constexpr int kHeadRounds = 3;

Time Now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

absl::Status AtDirectory(const std::string& path, absl::StatusCode code, std::string_view text) {
  return base::Error(code, "data directory \"" + path + "\": " + std::string(text));
}

// A file descriptor that holds the lock of the directory until it is closed.
class DirectoryLock {
 public:
  DirectoryLock() = default;
  ~DirectoryLock() {
    if (fd_ >= 0) close(fd_);
  }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  absl::Status Take(const std::string& path) {
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
      return AtDirectory(path, absl::StatusCode::kUnavailable, std::strerror(errno));
    }
    fd_ = open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0) return AtDirectory(path, absl::StatusCode::kUnavailable, std::strerror(errno));
    if (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      return AtDirectory(path, absl::StatusCode::kFailedPrecondition,
                         errno == EWOULDBLOCK ? "held by another exptd" : std::strerror(errno));
    }
    return absl::OkStatus();
  }

 private:
  int fd_ = -1;
};

absl::Status CheckOptions(const DaemonOptions& options) {
  const int files = static_cast<int>(!options.root.empty()) + static_cast<int>(!options.head_keys.empty()) +
                    static_cast<int>(!options.snapshot_keys.empty());
  if (options.data.empty()) return base::Error(absl::StatusCode::kInvalidArgument, "expected --data DIR");
  if (options.dev ? files != 0 : files != 3) {
    return base::Error(absl::StatusCode::kInvalidArgument,
                       "who signs: expected either --dev, or all of --root, --head-key and --snapshot-key");
  }
  if (options.head_interval < std::chrono::milliseconds(10)) {
    return base::Error(absl::StatusCode::kInvalidArgument, "--head-interval: expected at least 10 ms");
  }
  // Below two minutes: when a session was used is written once a minute.
  const service::PeopleOptions& people = options.people;
  if (people.session_idle < std::chrono::minutes(2) || people.session_max < people.session_idle) {
    return base::Error(absl::StatusCode::kInvalidArgument,
                       "--session-idle: expected at least 2 minutes, and at most --session-max");
  }
  return absl::OkStatus();
}

absl::Status AsStatus(const service::Fault& fault) {
  return base::Error(fault.status == 503 ? absl::StatusCode::kUnavailable : absl::StatusCode::kInternal,
                     "state store: " + fault.title);
}

}  // namespace

// In the order in which they need each other; destroyed the other way round.
class Daemon::Parts {
 public:
  absl::Status Open(const DaemonOptions& options) {
    if (absl::Status status = CheckOptions(options); !status.ok()) return status;
    if (absl::Status status = lock_.Take(options.data); !status.ok()) return status;
    log_ = std::make_unique<api::Log>(options.log, options.log_level);
    if (absl::Status status = OpenStores(options); !status.ok()) return status;
    if (absl::Status status = OpenSigning(options); !status.ok()) return status;
    return Serve(options);
  }

  void Stop(std::chrono::milliseconds grace) {
    if (is_stopped_.exchange(true)) return;
    if (server_) server_->Stop(grace);
    if (experiments_) experiments_->Stop();
    agenda_ticks_.Stop();
    if (guardrails_) guardrails_->Stop();
    if (watch_) watch_->Stop();
    if (override_watch_) override_watch_->Stop();
    usage_ticker_.Stop();
    if (ingest_) ingest_->Close();
    if (intake_) intake_->Stop();
    if (rings_) rings_->Stop();
    if (heads_) heads_->Stop();
    if (audit_seal_) audit_seal_->Stop();
    if (log_) log_->Write(api::LogLevel::kInfo, "stopped", nlohmann::ordered_json::object());
  }

  std::string url() const { return server_->url(); }
  const std::optional<std::string>& setup_token() const { return setup_token_; }

 private:
  absl::Status OpenStores(const DaemonOptions& options) {
    absl::StatusOr<std::unique_ptr<storage::StateStore>> state = storage::StateStore::Open(options.data + "/state.db");
    if (!state.ok()) return state.status();
    state_ = *std::move(state);
    absl::StatusOr<storage::BlobStore> blobs = storage::BlobStore::Open(options.data + "/blobs");
    if (!blobs.ok()) return blobs.status();
    blobs_ = std::make_unique<storage::BlobStore>(*std::move(blobs));
    if (!options.export_folder.empty()) {
      absl::StatusOr<storage::BlobStore> exported = storage::BlobStore::Open(options.export_folder);
      if (!exported.ok()) return exported.status();
      exported_ = std::make_unique<storage::BlobStore>(*std::move(exported));
    }
    absl::StatusOr<storage::KeyStore> keys = storage::KeyStore::Open(options.data + "/keys");
    if (!keys.ok()) return keys.status();
    keys_ = std::make_unique<storage::KeyStore>(*std::move(keys));
    service_ = std::make_unique<service::Service>(*state_, *keys_);
    people_ = std::make_unique<service::People>(*state_, options.people);
    idempotency_ = std::make_unique<service::Idempotency>(*state_);
    changes_ = std::make_unique<service::ChangeRequests>(*service_, *state_);
    history_ = std::make_unique<service::History>(*service_, *state_);
    absl::StatusOr<std::unique_ptr<ingest::Ingest>> ingest = 
        ingest::Ingest::Open(options.data + "/events", options.ingest);
    if (!ingest.ok()) return ingest.status();
    ingest_ = *std::move(ingest);
    absl::StatusOr<std::unique_ptr<analysis::Analysis>> analysis = analysis::Analysis::Open(options.data, {});
    if (!analysis.ok()) return analysis.status();
    analysis_ = *std::move(analysis);
    absl::StatusOr<std::unique_ptr<analysis::Usage>> usage = analysis::Usage::Open(options.data);
    if (!usage.ok()) return usage.status();
    usage_ = *std::move(usage);
    return absl::OkStatus();
  }

  absl::Status OpenSigning(const DaemonOptions& options) {
    const auto environments = service_->Environments();
    if (!environments.ok()) return AsStatus(environments.fault());
    std::vector<std::string> ids;
    for (const service::EnvironmentRef& environment : *environments) ids.push_back(environment.id);
    absl::StatusOr<std::unique_ptr<publish::SigningKeys>> signing =
        options.dev
            ? publish::SigningKeys::OpenDev(*keys_, ids, Now())
            : publish::SigningKeys::OpenFiles(
                  *keys_, {.root = options.root, .head_keys = options.head_keys, .snapshot_keys = options.snapshot_keys},
                  Now());
    if (!signing.ok()) return signing.status();
    signing_ = *std::move(signing);
    publish::HeadOptions head_options;
    head_options.interval = options.head_interval;
    head_options.life = std::max<std::chrono::milliseconds>(kHeadLife, kHeadRounds * options.head_interval);
    streams_ = std::make_unique<api::HeadStreams>(options.streams);
    head_options.issued = [streams = streams_.get()](const std::string& environment_id, Audience audience,
                                                     const std::shared_ptr<const publish::IssuedHead>& head) {
      streams->Push(environment_id, audience, *head, Now());
    };
    heads_ = std::make_unique<publish::HeadIssuer>(*state_, *signing_, head_options);
    publisher_ = std::make_unique<publish::Publisher>(*state_, *blobs_, *signing_, *heads_, exported_.get());
    if (exported_ != nullptr) {
      if (absl::Status status = publisher_->ExportLive(); !status.ok()) return status;
    }
    intake_ = std::make_unique<publish::RootIntake>(
        *signing_, *publisher_, *heads_,
        publish::RootIntakeOptions{.folder = options.data + "/keys",
                                   .now = Now,
                                   .report = [this](int64_t version, const absl::Status& status) {
                                     ReportRoot(version, status);
                                   }});
    if (absl::Status status = OpenAuditSeal(options); !status.ok()) return status;
    rings_ = std::make_unique<publish::RingKeeper>(
        *state_, *publisher_, *heads_, instances_,
        publish::RingKeeperOptions{
            .interval = options.ring_interval,
            .settle = options.ring_settle,
            .now = Now,
            .report = [this](std::string_view event, const storage::Rings& rings,
                             const absl::Status& failure) { ReportRings(event, rings, failure); }});
    const absl::Status status = heads_->Start();
    intake_->Start();
    return status;
  }

  absl::Status OpenAuditSeal(const DaemonOptions& options) {
    absl::StatusOr<std::unique_ptr<publish::AuditSeal>> seal = publish::AuditSeal::Open(
        *state_, *keys_, {.folder = options.data, .now = Now, .report = [this](const absl::Status& status) {
                            log_->Write(api::LogLevel::kError, "audit_not_signed",
                                        {{"text", std::string(status.message())}});
                          }});
    if (!seal.ok()) return seal.status();
    audit_seal_ = *std::move(seal);
    audit_seal_->Start();
    return audit_seal_->Seal();
  }

  void ReportRoot(int64_t version, const absl::Status& status) {
    if (status.ok()) {
      log_->Write(api::LogLevel::kInfo, "root_taken", {{"version", version}});
    } else {
      log_->Write(api::LogLevel::kWarning, "root_refused", {{"text", std::string(status.message())}});
    }
  }

  void ReportRings(std::string_view event, const storage::Rings& rings, const absl::Status& failure) {
    metrics_.Count("exptd_ring_events_total", {{"event", event}});
    if (failure.ok()) {
      log_->Write(event == "rings_halted" ? api::LogLevel::kWarning : api::LogLevel::kInfo, event,
                  {{"environment", rings.environment},
                   {"version", rings.version},
                   {"ring", rings.ring + 1},
                   {"withdrawn_as", rings.withdrawn_as},
                   {"reason", rings.reason}});
    } else {
      log_->Write(api::LogLevel::kError, event, {{"text", std::string(failure.message())}});
    }
  }

  absl::Status Serve(const DaemonOptions& options) {
    auto setup_token = service_->NewSetupToken({.actor = "system", .now = Now()});
    if (!setup_token.ok()) return AsStatus(setup_token.fault());
    setup_token_ = *std::move(setup_token);

    auth::GateOptions gate_options = options.gate;
    gate_options.behind_proxy = options.server.behind_proxy;
    gate_options.public_url = options.public_url;
    gate_options.session_max = options.people.session_max;
    gate_ = std::make_unique<auth::Gate>(*service_, *people_, gate_options);
    DeclareMetrics();
    watch_ = std::make_unique<api::AccountingWatch>(*service_, *ingest_, metrics_, *log_);
    watch_->Start(options.accounting_interval);
    rings_->Start();
    override_watch_ = std::make_unique<api::OverrideWatch>(*service_, *publisher_, *log_, Now);
    override_watch_->Start(options.override_interval);
    // Little by little, so that nobody who asks waits for the whole log.
    usage_ticker_.Start(options.usage_interval, [this] {
      if (const absl::Status status = usage_->CatchUp(); !status.ok()) {
        log_->Write(api::LogLevel::kError, "usage_failed", {{"text", std::string(status.message())}});
      }
    });
    services_ = std::make_unique<api::Services>(api::Services{.service = *service_,
                                                              .people = *people_,
                                                              .idempotency = *idempotency_,
                                                              .changes = *changes_,
                                                              .history = *history_,
                                                              .publisher = *publisher_,
                                                              .heads = *heads_,
                                                              .streams = *streams_,
                                                              .instances = instances_,
                                                              .rings = *rings_,
                                                              .signing = *signing_,
                                                              .audit_seal = *audit_seal_,
                                                              .ingest = *ingest_,
                                                              .analysis = *analysis_,
                                                              .usage = *usage_,
                                                              .gate = *gate_,
                                                              .metrics = metrics_,
                                                              .log = *log_,
                                                              .ui = ui::Assets(),
                                                              .event_log = options.data + "/events",
                                                              .public_url = options.public_url,
                                                              .version = EXPT_VERSION,
                                                              .now = Now});
    experiments_ = std::make_unique<api::ExperimentSchedule>(*services_);
    experiments_->Start(options.schedule_interval);
    StartAgenda(options);
    guardrails_ = std::make_unique<api::GuardrailWatch>(*services_);
    guardrails_->Start(options.guardrail_interval);
    absl::StatusOr<http::Router> router = api::MakeRouter(*services_);
    if (!router.ok()) return router.status();
    absl::StatusOr<std::unique_ptr<http::Server>> server =
        http::Server::Start(options.server, *std::move(router), api::MakeObserver(*services_));
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    connections_.store(server_.get());
    log_->Write(api::LogLevel::kInfo, "listening", {{"url", server_->url()}, {"version", EXPT_VERSION}});
    return absl::OkStatus();
  }

  void StartAgenda(const DaemonOptions& options) {
    agenda_ = std::make_unique<schedule::Agenda>(
        *state_, schedule::AgendaOptions{.now = Now, .publish = [this](const schedule::DueChange& due) {
                                           const service::Where where{due.project, due.environment, due.id};
                                           api::ApplyDue(*services_, where, due.actor);
                                         }});
    agenda_ticks_.Start(options.agenda_interval, [this] {
      if (const auto looked = agenda_->Look(); !looked.ok()) {
        log_->Write(api::LogLevel::kError, "agenda_failed", {{"text", std::string(looked.status().message())}});
      }
    });
  }

  void DeclareMetrics() {
    using Type = http::Metrics::Type;
    api::DeclareMetrics(metrics_);
    metrics_.Declare("exptd_build_info", Type::kGauge, "Always 1; the label says the version.");
    metrics_.Set("exptd_build_info", {{"version", EXPT_VERSION}}, 1);
    metrics_.Declare("exptd_start_time_seconds", Type::kGauge, "When it started, in seconds since 1970.");
    metrics_.Set("exptd_start_time_seconds", {}, static_cast<double>(Now().time_since_epoch().count()) / 1000);
    metrics_.DeclareRead("exptd_streams", Type::kGauge, "Programs that listen for new Heads.",
                         [this] { return static_cast<double>(streams_->count()); });
    metrics_.DeclareRead("exptd_http_connections", Type::kGauge, "Open connections.", [this] {
      const http::Server* server = connections_.load();
      return server == nullptr ? 0.0 : static_cast<double>(server->connections());
    });
    DeclareIngestMetrics();
  }

  void DeclareIngestMetrics() {
    using Type = http::Metrics::Type;
    using storage::EventOutcome;
    for (const EventOutcome outcome :
         {EventOutcome::kStored, EventOutcome::kStoredTimeSuspect, EventOutcome::kDuplicate, EventOutcome::kRejected,
          EventOutcome::kConflict, EventOutcome::kExpired}) {
      metrics_.DeclareRead("exptd_events_total", Type::kCounter, "Events answered since the start, by outcome.",
                           {{"outcome", storage::Name(outcome)}},
                           [this, outcome] { return static_cast<double>(ingest_->answered(outcome)); });
    }
    metrics_.DeclareRead("exptd_events_shed_total", Type::kCounter,
                         "Events answered \"retry\" to leave room for exposures.",
                         [this] { return static_cast<double>(ingest_->shed_events()); });
    for (size_t i = 0; i < ingest::kBatchRefusals; ++i) {
      const auto refusal = static_cast<ingest::BatchRefusal>(i);
      metrics_.DeclareRead("exptd_event_batches_refused_total", Type::kCounter,
                           "Batches refused as a whole, by reason.",
                           {{"reason", ingest::Name(refusal)}},
                           [this, refusal] { return static_cast<double>(ingest_->refused_batches(refusal)); });
    }
    metrics_.DeclareRead("exptd_event_wait_seconds", Type::kGauge,
                         "How long a batch would wait now until it is durable.",
                         [this] { return ingest_->ExpectedWait().count(); });
  }

  DirectoryLock lock_;
  std::unique_ptr<api::Log> log_;
  http::Metrics metrics_;
  std::unique_ptr<storage::StateStore> state_;
  std::unique_ptr<storage::BlobStore> blobs_;
  std::unique_ptr<storage::BlobStore> exported_;
  std::unique_ptr<storage::KeyStore> keys_;
  std::unique_ptr<service::Service> service_;
  std::unique_ptr<service::People> people_;
  std::unique_ptr<service::Idempotency> idempotency_;
  std::unique_ptr<service::ChangeRequests> changes_;
  std::unique_ptr<service::History> history_;
  std::unique_ptr<publish::SigningKeys> signing_;
  std::unique_ptr<api::HeadStreams> streams_;
  std::unique_ptr<publish::HeadIssuer> heads_;
  publish::Instances instances_;
  std::unique_ptr<publish::Publisher> publisher_;
  std::unique_ptr<publish::RootIntake> intake_;
  std::unique_ptr<publish::AuditSeal> audit_seal_;
  std::unique_ptr<publish::RingKeeper> rings_;
  std::unique_ptr<ingest::Ingest> ingest_;
  std::unique_ptr<api::AccountingWatch> watch_;
  std::unique_ptr<api::OverrideWatch> override_watch_;
  std::unique_ptr<analysis::Analysis> analysis_;
  std::unique_ptr<analysis::Usage> usage_;
  publish::Ticker usage_ticker_;
  std::unique_ptr<auth::Gate> gate_;
  std::unique_ptr<api::Services> services_;
  std::unique_ptr<api::ExperimentSchedule> experiments_;
  std::unique_ptr<schedule::Agenda> agenda_;
  std::unique_ptr<api::GuardrailWatch> guardrails_;
  std::unique_ptr<http::Server> server_;
  publish::Ticker agenda_ticks_;
  std::atomic<http::Server*> connections_{nullptr};
  std::optional<std::string> setup_token_;
  std::atomic<bool> is_stopped_{false};
};

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Daemon::~Daemon() { Stop(std::chrono::milliseconds(0)); }

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(const DaemonOptions& options) {
  auto parts = std::make_unique<Parts>();
  if (absl::Status status = parts->Open(options); !status.ok()) return status;
  return std::unique_ptr<Daemon>(new Daemon(std::move(parts)));
}

std::string Daemon::url() const { return parts_->url(); }
const std::optional<std::string>& Daemon::setup_token() const { return parts_->setup_token(); }
void Daemon::Stop(std::chrono::milliseconds grace) { parts_->Stop(grace); }

}  // namespace expt
