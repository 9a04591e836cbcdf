// A plugin that uses a client: opened, used and closed between dlopen and dlclose.
#include <chrono>
#include <thread>

#include "expt/client.h"

// 0 when everything was as it should be, else the step that was not.
extern "C" __attribute__((visibility("default"))) int UseClient(const char* url, const char* key) {
  using namespace std::chrono_literals;
  absl::StatusOr<expt::Client> client =
      expt::Client::Open({.url = url, .key = key, .first_send_spread = std::chrono::milliseconds(0)});
  if (!client.ok()) return 1;
  if (!client->Ready(10s)) return 2;
  const expt::Context user("u1", {{"country", "CH"}});
  if (!client->Enabled("new-checkout", user)) return 3;
  bool is_on = false;
  std::thread([&] { is_on = client->Enabled("new-checkout", user); }).join();
  if (!is_on) return 4;
  client->Track("plugin", user);
  return client->Close(10s).ok() ? 0 : 5;
}
