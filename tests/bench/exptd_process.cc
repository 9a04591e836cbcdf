#include "tests/bench/exptd_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/api/http_client.h"

namespace expt::bench {
namespace {

[[noreturn]] void Give(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  std::exit(1);
}

std::string After(const std::string& text, const std::string& prefix) {
  if (!text.starts_with(prefix)) Give("exptd: expected \"" + prefix + "\", got \"" + text + "\"");
  return text.substr(prefix.size());
}

}  // namespace

ExptdProcess::ExptdProcess(const std::string& program, const std::string& directory,
                           const std::vector<std::string>& more_arguments) {
  std::vector<std::string> arguments = {program,    "serve",       "--data",      directory, "--dev",
                                        "--listen", "127.0.0.1:0", "--log-level", "error"};
  arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) Give("exptd: no pipe");
  pid_ = fork();
  if (pid_ == 0) {
    dup2(out[1], STDOUT_FILENO);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(out[1]);
  out_ = fdopen(out[0], "r");
  setup_token_ = After(ReadLine(), "setup token: ");
  url_ = After(ReadLine(), "listening on ");
}

ExptdProcess::~ExptdProcess() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
  std::fclose(out_);
}

std::string ExptdProcess::ReadLine() {
  std::string line;
  for (int c = std::fgetc(out_); c != EOF && c != '\n'; c = std::fgetc(out_)) line += static_cast<char>(c);
  return line;
}

std::string ExptdProcess::PostForField(const std::string& path, const std::string& bearer, const std::string& body,
                                       const std::string& field) const {
  const testing::Reply reply =
      testing::Send("POST", url_ + path, {.bearer = bearer, .body = body, .content_type = "application/json"});
  if (reply.status != 201) Give(path + ": expected 201, got " + std::to_string(reply.status) + " " + reply.body);
  return reply.Json()[field].get<std::string>();
}

std::string ExptdProcess::MakeServerKey() {
  const std::string admin = PostForField("/api/v1/setup", "", R"({"token": ")" + setup_token_ + "\"}", "api_token");
  PostForField("/api/v1/projects", admin, R"({"key": "shop", "name": "Shop"})", "key");
  PostForField("/api/v1/projects/shop/environments", admin, R"({"key": "live", "name": "Live"})", "key");
  const std::string key = PostForField("/api/v1/projects/shop/environments/live/keys", admin,
                                       R"({"kind": "server", "name": "bench"})", "key");
  // expt1.srv.<environment>.<key id>.<root version>.<root digest>.<secret>
  std::vector<std::string> parts;
  std::istringstream stream(key);
  for (std::string part; std::getline(stream, part, '.');) parts.push_back(part);
  if (parts.size() != 7) Give("key: expected seven parts");
  return parts[3] + "." + parts[6];
}

uint16_t ExptdProcess::port() const { return static_cast<uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1))); }

double ExptdProcess::CpuSeconds() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  // The name of the program, which may hold anything, ends with the last ')'. Fields 14 and 15 are utime and stime.
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string field;
  for (int i = 3; i < 14; ++i) fields >> field;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace expt::bench
