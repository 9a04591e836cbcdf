// A TCP connection that sends exactly the bytes it is given: for requests that no HTTP library would send.
#ifndef EXPT_TESTS_API_RAW_SOCKET_H_
#define EXPT_TESTS_API_RAW_SOCKET_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace expt::testing {

class RawSocket {
 public:
  explicit RawSocket(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_open_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~RawSocket() { close(fd_); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  bool is_open() const { return is_open_; }
  int fd() const { return fd_; }

  // False when the peer has closed.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  void FinishSending() { shutdown(fd_, SHUT_WR); }

  // Everything until the peer closes. A peer that stays silent for 30 seconds ends it with a mark that no test expects.
  std::string ReceiveAll() {
    std::string all = std::exchange(pending_, {});
    while (ReceiveSome(&all)) {
    }
    return all;
  }

  // Everything up to and with `mark`, less what came before and was returned. All there is when the peer closes.
  std::string ReceiveUntil(std::string_view mark) {
    size_t at = std::string::npos;
    while ((at = pending_.find(mark)) == std::string::npos) {
      if (!ReceiveSome(&pending_)) return std::exchange(pending_, {});
    }
    const std::string part = pending_.substr(0, at + mark.size());
    pending_.erase(0, part.size());
    return part;
  }

  // One reply: head, and as many bytes as its Content-Length says (none after a HEAD request).
  std::string ReceiveReply(bool has_body = true) {
    size_t end = std::string::npos;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
      if (!ReceiveSome(&pending_)) return std::exchange(pending_, {});
    }
    size_t size = end + 4;
    if (const size_t at = pending_.find("Content-Length: "); has_body && at < end)
      size += std::stoul(pending_.substr(at + 16));
    while (pending_.size() < size) {
      if (!ReceiveSome(&pending_)) break;
    }
    const std::string reply = pending_.substr(0, size);
    pending_.erase(0, size);
    return reply;
  }

 private:
  bool ReceiveSome(std::string* into) {
    pollfd ready{fd_, POLLIN, 0};
    if (poll(&ready, 1, 30'000) <= 0) {
      *into += "<silence>";
      return false;
    }
    std::array<char, 65536> buffer;
    const ssize_t received = recv(fd_, buffer.data(), buffer.size(), 0);
    if (received <= 0) return false;
    into->append(buffer.data(), static_cast<size_t>(received));
    return true;
  }

  int fd_;
  bool is_open_ = false;
  std::string pending_;
};

}  // namespace expt::testing

#endif  // EXPT_TESTS_API_RAW_SOCKET_H_
