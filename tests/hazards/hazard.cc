// One hazard in a process of its own: hazard NAME URL KEY [DIRECTORY]. Exit code 0 when the client stood it.
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "expt/client.h"

namespace {

using namespace std::chrono_literals;
using expt::Client;
using expt::ClientOptions;
using expt::Context;

std::string url;
std::string key;
std::string directory;

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "hazard: %s\n", what.c_str());
  std::_Exit(1);
}

ClientOptions Options() {
  ClientOptions options;
  options.url = url;
  options.key = key;
  options.data_directory = directory;
  options.poll_interval = 100ms;
  options.flush_interval = 10ms;
  options.retry_initial = 10ms;
  options.retry_max = 100ms;
  options.first_send_spread = 0ms;
  return options;
}

Client Opened() {
  absl::StatusOr<Client> client = Client::Open(Options());
  if (!client.ok()) Fail(std::string(client.status().message()));
  if (!client->Ready(10s)) Fail("not ready: " + client->Status().last_error);
  return *std::move(client);
}

const Context& User() {
  static const Context* const user = new Context("u1", {{"country", "CH"}});
  return *user;
}

void Check(const Client& client) {
  if (!client.Enabled("new-checkout", User())) Fail("a wrong value");
  if (client.Value("greeting", User(), "none") != "hello") Fail("a wrong text");
}

void MustDeliver(Client& client) {
  if (!client.Track("survived", User()).accepted()) Fail("an event was refused");
  if (client.Flush(10s).remaining != 0) Fail("events remain: " + client.Status().last_error);
}

size_t Entries(const char* path) {
  size_t count = 0;
  DIR* const entries = opendir(path);
  while (readdir(entries) != nullptr) ++count;
  closedir(entries);
  return count;
}

// The server holds every upload, so the exit comes in the middle of a flush. The destructor's bound counts.
std::optional<Client> static_client;  // destroyed by exit()
int ExitWhileFlushing() {
  static_client = Opened();
  Check(*static_client);
  for (int i = 0; i < 100; ++i) static_client->Track("late", User());
  std::thread([] { static_client->Flush(60s); }).detach();
  std::this_thread::sleep_for(50ms);
  std::exit(0);
}

int StaticDestruction() {
  static_client = Opened();
  Check(*static_client);
  static_client->Track("at_exit", User());
  return 0;  // delivered by the destructor, after main
}

std::atomic<int> ticks{0};
int SignalsAtOneKilohertz() {
  struct sigaction action {};
  action.sa_handler = [](int) { ++ticks; };  // no SA_RESTART: system calls are interrupted
  sigaction(SIGALRM, &action, nullptr);
  const itimerval every{.it_interval = {0, 1000}, .it_value = {0, 1000}};
  setitimer(ITIMER_REAL, &every, nullptr);
  for (int round = 0; round < 10; ++round) {
    Client client = Opened();
    for (int i = 0; i < 1000; ++i) Check(client);
    MustDeliver(client);
    if (!client.Close(10s).ok()) Fail("close");
  }
  while (ticks < 50) pause();
  return 0;
}

// Entries of /proc/self/task: ".", ".." and the main thread.
#ifdef __SANITIZE_THREAD__
constexpr size_t kTasks = 4;  // and the sanitizer's own thread
#else
constexpr size_t kTasks = 3;
#endif

int ShortClients() {
  { const Client first = Opened(); }  // what is made once per process
  const size_t files = Entries("/proc/self/fd");
  for (int i = 0; i < 1'000; ++i) {
    absl::StatusOr<Client> client = Client::Open(Options());
    if (!client.ok()) Fail(std::string(client.status().message()));
    if (i % 100 == 0 && !client->Ready(10s)) Fail("not ready");
    (void)client->Enabled("new-checkout", User());
    client->Close(0ms).IgnoreError();
  }
  if (Entries("/proc/self/fd") != files) Fail("file descriptors are left");
  if (Entries("/proc/self/task") != kTasks) Fail("threads are left");
  return 0;
}

// Nothing can be written below the directory; events and snapshots stay in memory.
int WithoutDisk() {
  Client client = Opened();
  Check(client);
  MustDeliver(client);
  const expt::ClientStatus status = client.Status();
  if (!status.last_load_error.has_value()) Fail("the disk's failure is not shown");
  std::printf("%s\n", status.last_error.c_str());
  return client.Close(10s).ok() ? 0 : 1;
}

int DiskFull() {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_FSIZE, &none);
  return WithoutDisk();
}

// As servers do: one client before the workers, used in each.
int Prefork() {
  Client client = Opened();
  Check(client);
  client.Track("parent", User());
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      Check(client);
      if (!client.Track("child", User()).accepted()) Fail("a child's event was refused");
      if (client.Flush(10s).remaining != 0) Fail("a child's events remain");
      std::_Exit(client.Close(10s).ok() ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) Fail("a child failed");
  }
  MustDeliver(client);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, std::function<int()>> hazards = {
      {"exit_while_flushing", ExitWhileFlushing},
      {"static_destruction", StaticDestruction},
      {"signals", SignalsAtOneKilohertz},
      {"short_clients", ShortClients},
      {"without_disk", WithoutDisk},
      {"disk_full", DiskFull},
      {"prefork", Prefork},
  };
  const auto hazard = argc > 3 ? hazards.find(argv[1]) : hazards.end();
  if (hazard == hazards.end()) {
    std::fprintf(stderr, "usage: hazard NAME URL KEY [DIRECTORY]\n");
    return 2;
  }
  url = argv[2];
  key = argv[3];
  if (argc > 4) directory = argv[4];
  return hazard->second();
}
