// A small HTTP/1.1 server on loopback, for tests that want to decide every answer.
#ifndef EXPT_TESTS_CLIENT_HTTP_SERVER_H_
#define EXPT_TESTS_CLIENT_HTTP_SERVER_H_

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace expt::test {

struct HttpCall {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct HttpAnswer {
  int status = 200;
  std::map<std::string, std::string> headers;
  std::string body;
  bool is_cut = false;  // half of the answer, then the connection ends
  // Set: the answer has no length and goes on with what this appends, until it returns false. Must return soon.
  std::function<bool(std::string& bytes)> more = {};
};

// One thread per connection. `handle` is called from any of them.
class HttpServer {
 public:
  using Handle = std::function<HttpAnswer(const HttpCall&)>;

  explicit HttpServer(Handle handle);
  ~HttpServer();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }

 private:
  void Accept();
  void Serve(int fd);

  Handle handle_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> is_stopping_{false};
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace expt::test

#endif  // EXPT_TESTS_CLIENT_HTTP_SERVER_H_
