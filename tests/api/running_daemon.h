// exptd in this process, on a free port and an empty directory, with what tests ask of it again and again.
#ifndef EXPT_TESTS_API_RUNNING_DAEMON_H_
#define EXPT_TESTS_API_RUNNING_DAEMON_H_

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "control-plane/daemon.h"
#include "tests/api/http_client.h"

namespace expt::testing {

// A directory that is gone with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class RunningDaemon {
 public:
  // Aborts the test program when it cannot start.
  explicit RunningDaemon(DaemonOptions options = {});

  // With the API token of the administrator, once Setup() has run.
  Reply Get(const std::string& path, Sending sending = {}) const;
  Reply Post(const std::string& path, const nlohmann::json& body, Sending sending = {}) const;
  Reply Put(const std::string& path, const nlohmann::json& body, Sending sending = {}) const;
  Reply Delete(const std::string& path, Sending sending = {}) const;
  // Every reply of the JSON API is checked against the schema that /openapi.json promises; what does not fit fails the
  // test. `route` is the path for the request.
  Reply SendTo(const std::string& method, const std::string& path, Sending sending) const;

  // Buys the API token of the administrator.
  void Setup();
  // Project "shop" with the environment "production".
  void MakeShop();
  // A flag "checkout" (off | on), served by a rule to everybody.
  void MakeCheckout();
  // "<key id>.<secret>" of a new SDK key of shop/production; the whole key string goes to `text`. `more` joins the
  // request.
  std::string MakeSdkKey(const std::string& kind, std::string* text = nullptr,
                         const nlohmann::json& more = nlohmann::json::object());
  // "<key id>.<secret>" of a whole key string.
  static std::string BearerOf(const std::string& key);
  // An API token with those bindings: {"role"[, "project"[, "environment"]]}.
  std::string MakeToken(const std::string& name, const nlohmann::json& bindings) const;

  Daemon& daemon() { return *daemon_; }
  std::string url() const { return daemon_->url(); }
  uint16_t port() const;
  const std::string& token() const { return token_; }
  const std::string& directory() const { return directory_.path(); }
  // Stops and starts again on the same directory.
  void Restart();

 private:
  TemporaryDirectory directory_;
  DaemonOptions options_;
  std::unique_ptr<Daemon> daemon_;
  std::string token_;
  nlohmann::json openapi_;
};

inline constexpr char kProject[] = "/api/v1/projects/shop";
inline constexpr char kEnvironment[] = "/api/v1/projects/shop/environments/production";

}  // namespace expt::testing

#endif  // EXPT_TESTS_API_RUNNING_DAEMON_H_
