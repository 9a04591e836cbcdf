// exptd: the control plane.
//
// Exit codes: 0 stopped as asked, 1 it cannot start or run, 2 the command line is not understood.
#include <signal.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <string>
#include <utility>

#include "control-plane/daemon.h"
#include "expt/version.h"

namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

constexpr char kExamples[] = R"(The first run prints a setup token; POST /api/v1/setup buys an API token with it, once.

Examples:
  exptd serve --data ./exptd-data --dev
  exptd serve --data /var/lib/exptd --listen 127.0.0.1:8080 --public-url https://flags.example.com \
    --root root.exs --head-key head.key --snapshot-key snapshot.key --behind-proxy)";

// Of TCP. Sockets are files: the default of 1024 would stop at about as many connections.
void AllowManyFiles() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// "127.0.0.1:8080", "[::1]:0"
bool ParseListen(const std::string& text, expt::http::ServerOptions* server) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  std::string host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const std::string port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos) return false;
  const int number = std::stoi(port);
  if (number > 65535 || host.empty()) return false;
  server->host = host;
  server->port = static_cast<uint16_t>(number);
  return true;
}

CLI::AsNumberWithUnit TimeWithUnit() {
  return CLI::AsNumberWithUnit(std::map<std::string, int64_t>{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}},
                               CLI::AsNumberWithUnit::UNIT_REQUIRED, "TIME");
}

void AddIngestOptions(CLI::App& serve, expt::ingest::IngestOptions* ingest, int64_t* max_ack_wait_ms) {
  serve.add_option("--key-event-rate", ingest->admission.key_events_per_second,
                   "events per second that one SDK key may send; then 429")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  serve.add_option("--key-event-burst", ingest->admission.key_burst_events,
                   "events that one SDK key may send at once after a pause")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  serve.add_option("--max-ack-wait", *max_ack_wait_ms,
                   "expected wait for the disk above which event batches are refused with 503; from half of it on only "
                   "exposures are taken")
      ->transform(TimeWithUnit())
      ->type_name("TIME")
      ->default_str("150ms");
  serve.add_option("--disk-reserve", ingest->log.disk_reserve_bytes,
                   "free space below which events are refused with 503, such as 64MiB")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE")
      ->default_str("64MiB");
  serve.add_option("--dedupe-days", ingest->log.dedupe_days, "received days for which an event id is remembered")
      ->check(CLI::Range(1, 366))
      ->capture_default_str();
}

int Serve(const expt::DaemonOptions& options) {
  AllowManyFiles();
  signal(SIGPIPE, SIG_IGN);
  // Blocked before the first thread is made, so that all inherit it and only sigwait() gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  // A script's background program starts with SIGINT ignored: a ctrl-c at the terminal is then not for it. sigwait()
  // would take it all the same.
  struct sigaction interrupt{};
  sigaction(SIGINT, nullptr, &interrupt);
  if (interrupt.sa_handler != SIG_IGN) sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto daemon = expt::Daemon::Start(options);
  if (!daemon.ok()) {
    const std::string text(daemon.status().message());
    std::fprintf(stderr, "exptd: %s\n", text.c_str());
    return absl::IsInvalidArgument(daemon.status()) ? kUsage : kFailed;
  }
  if ((*daemon)->setup_token()) std::printf("setup token: %s\n", (*daemon)->setup_token()->c_str());
  std::printf("listening on %s\n", (*daemon)->url().c_str());
  std::fflush(stdout);

  int number = 0;
  sigwait(&signals, &number);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);  // a second one ends it at once
  (*daemon)->Stop();
  return kDone;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The control plane of expt: definitions, signed snapshots, events, results.", "exptd");
  app.set_version_flag("--version", std::string("exptd ") + EXPT_VERSION);
  app.footer(kExamples);
  app.require_subcommand(1);

  expt::DaemonOptions options;
  std::string listen = "127.0.0.1:8080";
  int64_t head_interval_ms = 60'000;
  int64_t max_ack_wait_ms = options.ingest.admission.max_wait.count();
  CLI::App* serve = app.add_subcommand("serve", "Serve the API and the SDKs until SIGTERM or SIGINT");
  serve->footer(kExamples);
  serve->add_option("--data", options.data, "directory of everything that is kept; made when missing")->required();
  serve->add_option("--listen", listen, "address and port; port 0 picks a free one")->capture_default_str();
  serve->add_option("--export", options.export_folder,
                    "directory that gets each snapshot under its digest, for a web server or CDN; made when missing")
      ->type_name("DIR");
  serve->add_option("--public-url", options.public_url, "URL at which others reach this server");
  serve->add_flag("--dev", options.dev, "make Root and keys on the first run and keep them in DIR/keys");
  serve->add_option("--root", options.root, "Root file, made with expt keygen");
  serve->add_option("--head-key", options.head_keys, "online key that signs Heads; again for each further one")
      ->allow_extra_args(false);
  serve->add_option("--snapshot-key", options.snapshot_keys,
                    "online key that signs snapshots; again for each further one")
      ->allow_extra_args(false);
  serve->add_option("--head-interval", head_interval_ms, "time between two Heads, such as 60s, 500ms or 5m")
      ->transform(TimeWithUnit())
      ->type_name("TIME")
      ->default_str("60s");
  serve->add_flag("--behind-proxy", options.server.behind_proxy,
                  "a proxy in front ends TLS: allow addresses that are not loopback");
  int64_t session_idle_ms = options.people.session_idle.count();
  int64_t session_max_ms = options.people.session_max.count();
  serve->add_option("--session-idle", session_idle_ms, "time without a request after which a browser is signed out")
      ->transform(TimeWithUnit())
      ->type_name("TIME")
      ->default_str("30m");
  serve->add_option("--session-max", session_max_ms, "time after which a browser is signed out in any case")
      ->transform(TimeWithUnit())
      ->type_name("TIME")
      ->default_str("12h");
  serve->add_flag("--require-admin-totp", options.people.admins_need_totp,
                  "withhold what only administrators may do from members without a second factor");
  AddIngestOptions(*serve, &options.ingest, &max_ack_wait_ms);
  const std::map<std::string, expt::api::LogLevel> levels = {{"debug", expt::api::LogLevel::kDebug},
                                                             {"info", expt::api::LogLevel::kInfo},
                                                             {"warning", expt::api::LogLevel::kWarning},
                                                             {"error", expt::api::LogLevel::kError}};
  std::string level = "info";
  serve->add_option("--log-level", level, "least level that is logged: debug, info, warning or error")
      ->type_name("LEVEL")
      ->capture_default_str();

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wish) {  // --help, --version
    return app.exit(wish);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "exptd: %s\nTry `exptd serve --help`.\n", error.what());
    return kUsage;
  }
  const auto found = levels.find(level);
  if (found == levels.end()) {
    std::fprintf(stderr, "exptd: --log-level: expected debug, info, warning or error, got \"%s\"\n", level.c_str());
    return kUsage;
  }
  options.log_level = found->second;
  options.head_interval = std::chrono::milliseconds(head_interval_ms);
  options.people.session_idle = std::chrono::milliseconds(session_idle_ms);
  options.people.session_max = std::chrono::milliseconds(session_max_ms);
  options.ingest.admission.max_wait = std::chrono::milliseconds(max_ack_wait_ms);
  if (!ParseListen(listen, &options.server)) {
    std::fprintf(stderr, "exptd: --listen: expected an address and a port such as 127.0.0.1:8080, got \"%s\"\n",
                 listen.c_str());
    return kUsage;
  }
  return Serve(options);
}
