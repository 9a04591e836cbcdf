#include "tests/client/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>

namespace expt::test {
namespace {

// Reads until `count` bytes are in `buffer`. False at the end of the connection.
bool Fill(int fd, std::string& buffer, size_t count) {
  char bytes[65536];
  while (buffer.size() < count) {
    const ssize_t got = recv(fd, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer.append(bytes, static_cast<size_t>(got));
  }
  return true;
}

bool ReadCall(int fd, std::string& buffer, HttpCall& call) {
  size_t end = buffer.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!Fill(fd, buffer, buffer.size() + 1)) return false;
    end = buffer.find("\r\n\r\n");
  }
  const std::string head = buffer.substr(0, end);
  const size_t first_space = head.find(' ');
  const size_t second_space = head.find(' ', first_space + 1);
  call.method = head.substr(0, first_space);
  call.target = head.substr(first_space + 1, second_space - first_space - 1);
  for (size_t at = head.find("\r\n"); at != std::string::npos;) {
    const size_t next = head.find("\r\n", at + 2);
    const std::string line = head.substr(at + 2, next == std::string::npos ? next : next - at - 2);
    const size_t colon = line.find(':');
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    const size_t value = line.find_first_not_of(' ', colon + 1);
    call.headers[name] = value == std::string::npos ? "" : line.substr(value);
    at = next;
  }
  const size_t size = call.headers.contains("content-length") ? std::stoul(call.headers["content-length"]) : 0;
  if (!Fill(fd, buffer, end + 4 + size)) return false;
  call.body = buffer.substr(end + 4, size);
  buffer.erase(0, end + 4 + size);
  return true;
}

bool SendAll(int fd, const std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<size_t>(count);
  }
  return true;
}

}  // namespace

HttpServer::HttpServer(Handle handle) : handle_(std::move(handle)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::perror("test server");
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

HttpServer::~HttpServer() {
  is_stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  {
    const std::lock_guard guard(mutex_);
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
}

void HttpServer::Accept() {
  while (!is_stopping_) {
    const int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) continue;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++connections_;
    const std::lock_guard guard(mutex_);
    open_.push_back(fd);
    threads_.emplace_back([this, fd] { Serve(fd); });
  }
}

void HttpServer::Serve(int fd) {
  std::string buffer;
  while (!is_stopping_) {
    HttpCall call;
    if (!ReadCall(fd, buffer, call)) break;
    const HttpAnswer answer = handle_(call);
    std::string bytes = "HTTP/1.1 " + std::to_string(answer.status) + " -\r\n";
    for (const auto& [name, value] : answer.headers) bytes += name + ": " + value + "\r\n";
    if (answer.status != 304 && !answer.more) bytes += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    bytes += "\r\n";
    if (answer.more) {
      bool goes_on = true;
      while (goes_on && !is_stopping_ && SendAll(fd, bytes)) {
        bytes.clear();
        goes_on = answer.more(bytes);
      }
      break;
    }
    if (answer.is_cut) {
      SendAll(fd, bytes + answer.body.substr(0, answer.body.size() / 2));
      break;
    }
    SendAll(fd, answer.status == 304 ? bytes : bytes + answer.body);
  }
  const std::lock_guard guard(mutex_);
  std::erase(open_, fd);
  shutdown(fd, SHUT_RDWR);
  close(fd);
}

}  // namespace expt::test
