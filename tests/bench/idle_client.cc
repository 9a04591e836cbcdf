// What an open client costs while nothing happens: idle_client URL KEY
//
// libcurl is initialised first, as a program that has a network does; then memory and threads are read before a client
// is opened, and again when it has a snapshot and has looked for a new one a few times.
#include <curl/curl.h>
#include <dirent.h>
#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

#include "expt/client.h"

namespace {

using namespace std::chrono_literals;

struct Usage {
  long resident_kb = 0;
  int threads = 0;
};

Usage Read() {
  malloc_trim(0);
  Usage usage;
  std::ifstream status("/proc/self/status");
  std::string name;
  while (status >> name) {
    if (name == "VmRSS:") status >> usage.resident_kb;
    if (name == "Threads:") status >> usage.threads;
  }
  return usage;
}

int Run(const char* url, const char* key) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const Usage before = Read();
  absl::StatusOr<expt::Client> client = expt::Client::Open({.url = url, .key = key, .poll_interval = 1s});
  if (!client.ok()) {
    std::fprintf(stderr, "idle_client: %s\n", std::string(client.status().message()).c_str());
    return 1;
  }
  if (!client->Ready(10s)) {
    std::fprintf(stderr, "idle_client: not ready: %s\n", client->Status().last_error.c_str());
    return 1;
  }
  const size_t flags = client->Pin().flag_count();
  std::this_thread::sleep_for(5s);
  const Usage idle = Read();
  client->Close(2s).IgnoreError();
  const Usage after = Read();
  std::printf("%zu flags: %d thread more, %.2f MB resident more; after Close: %d threads more\n", flags,
              idle.threads - before.threads, static_cast<double>(idle.resident_kb - before.resident_kb) / 1024,
              after.threads - before.threads);
  return idle.threads - before.threads <= 1 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: idle_client URL KEY\n");
    return 2;
  }
  return Run(argv[1], argv[2]);
}
