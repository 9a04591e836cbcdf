#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "expt/transport.h"
#include "src/base/status.h"
#include "src/client/url.h"

namespace expt {
inline namespace v1 {
namespace {

using client::CheckUrl;
using client::IsPlainHttp;

// What one request's callbacks write into.
struct Exchange {
  HttpReply reply;
  uint64_t max_bytes = 0;
  bool is_too_large = false;
  CURLcode result = CURLE_OK;
  bool is_done = false;
};

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  auto* exchange = static_cast<Exchange*>(user);
  const size_t bytes = size * count;
  if (exchange->reply.body.size() + bytes > exchange->max_bytes) {
    exchange->is_too_large = true;
    return 0;
  }
  exchange->reply.body.append(data, bytes);
  return bytes;
}

// One header line. Every response of an exchange (100, proxy CONNECT) begins with a status line; the last one counts.
size_t OnHeader(char* data, size_t size, size_t count, void* user) {
  constexpr size_t kMaxHeaders = 100;
  auto* exchange = static_cast<Exchange*>(user);
  const size_t bytes = size * count;
  std::string_view line(data, bytes);
  if (line.starts_with("HTTP/")) {
    exchange->reply.headers.clear();
    return bytes;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || exchange->reply.headers.size() >= kMaxHeaders) return bytes;
  std::string name(line.substr(0, colon));
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  std::string_view value = line.substr(colon + 1);
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_space(value.back())) value.remove_suffix(1);
  exchange->reply.headers.emplace_back(std::move(name), value);
  return bytes;
}

void InitCurlOnce() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using EasyHandle = std::unique_ptr<CURL, EasyDeleter>;

HeaderList MakeHeaders(const HttpRequest& request) {
  HeaderList list;
  const auto append = [&list](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) return;
    list.release();
    list.reset(longer);
  };
  append("Expect:");  // no round trip before a body
  for (const auto& [name, value] : request.headers) append(name + ": " + value);
  return list;
}

void SetOptions(CURL* easy, const HttpRequest& request, curl_slist* headers, char* error, Exchange& exchange) {
  curl_easy_reset(easy);  // keeps the connection
  exchange.max_bytes = request.max_reply_bytes;
  const auto set = [easy](CURLoption option, auto value) { curl_easy_setopt(easy, option, value); };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_ERRORBUFFER, error);
  set(CURLOPT_PRIVATE, static_cast<void*>(&exchange));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
#if LIBCURL_VERSION_NUM >= 0x075500
  set(CURLOPT_PROTOCOLS_STR, "http,https");
#else
  set(CURLOPT_PROTOCOLS, long{CURLPROTO_HTTP | CURLPROTO_HTTPS});
#endif
  set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
  if (IsPlainHttp(request.url)) set(CURLOPT_PROXY, "");
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));  // NOLINT(runtime/int)
  set(CURLOPT_HTTPHEADER, headers);
  set(CURLOPT_HEADERFUNCTION, &OnHeader);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
  set(CURLOPT_WRITEFUNCTION, &OnBody);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
  if (request.method == "POST") {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data());
  } else if (request.method != "GET") {
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

// What became of an exchange that libcurl has finished.
absl::Status ResultOf(const Exchange& exchange, const char* error) {
  if (exchange.is_too_large || exchange.result == CURLE_FILESIZE_EXCEEDED) {
    return base::Error(absl::StatusCode::kResourceExhausted,
                       "http: the answer is larger than " + std::to_string(exchange.max_bytes) + " bytes");
  }
  if (exchange.result == CURLE_OK) return absl::OkStatus();
  return base::Error(absl::StatusCode::kUnavailable,
                     "http: " + std::string(error[0] != '\0' ? error : curl_easy_strerror(exchange.result)));
}

int StatusOf(CURL* easy) {
  long status = 0;  // NOLINT(runtime/int): libcurl's type
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

// One open reply; driven by whatever the transport does with the multi handle.
class CurlStream final : public HttpStream {
 public:
  CurlStream(CURLM* multi, EasyHandle easy, const HttpRequest& request)
      : multi_(multi), easy_(std::move(easy)), headers_(MakeHeaders(request)) {
    SetOptions(easy_.get(), request, headers_.get(), error_, exchange_);
    if (curl_multi_add_handle(multi_, easy_.get()) == CURLM_OK) return;
    exchange_.is_done = true;
    exchange_.result = CURLE_FAILED_INIT;
  }
  ~CurlStream() override { curl_multi_remove_handle(multi_, easy_.get()); }

  int status() const override { return StatusOf(easy_.get()); }
  std::string_view header(std::string_view name) const override { return exchange_.reply.header(name); }
  absl::Status Read(std::string& bytes) override {
    bytes.append(exchange_.reply.body);
    exchange_.reply.body.clear();
    if (!exchange_.is_done) return absl::OkStatus();
    if (absl::Status status = ResultOf(exchange_, error_); !status.ok()) return status;
    return base::Error(absl::StatusCode::kUnavailable, "http: the stream has ended");
  }

 private:
  CURLM* const multi_;
  const EasyHandle easy_;
  const HeaderList headers_;
  char error_[CURL_ERROR_SIZE] = "";
  Exchange exchange_;
};

// Thread-safe as Transport says: Cancel() and Wake() from any thread, all else from one.
//
// One easy handle is kept for Send(), so its connection is reused; a stream has another. One multi handle drives both,
// so that Cancel() and Wake() can wake it at once.
class LibcurlTransport final : public Transport {
 public:
  LibcurlTransport() {
    InitCurlOnce();
    multi_ = curl_multi_init();
    easy_.reset(curl_easy_init());
  }
  ~LibcurlTransport() override {
    easy_.reset();
    if (multi_ != nullptr) curl_multi_cleanup(multi_);
  }

  absl::StatusOr<HttpReply> Send(const HttpRequest& request) override {
    if (absl::Status status = CheckRequest(request); !status.ok()) return status;
    Exchange exchange;
    const HeaderList headers = MakeHeaders(request);
    char error[CURL_ERROR_SIZE] = "";
    SetOptions(easy_.get(), request, headers.get(), error, exchange);
    curl_easy_setopt(easy_.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));  // NOLINT
    curl_easy_setopt(easy_.get(), CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request.max_reply_bytes));
    Perform(exchange);
    curl_easy_setopt(easy_.get(), CURLOPT_ERRORBUFFER, nullptr);
    if (is_cancelled_.load()) return base::Error(absl::StatusCode::kUnavailable, "http: cancelled");
    if (absl::Status status = ResultOf(exchange, error); !status.ok()) return status;
    exchange.reply.status = StatusOf(easy_.get());
    return std::move(exchange.reply);
  }

  void SetWhileWaiting(std::function<void()> call) override { while_waiting_ = std::move(call); }

  void Cancel() override {
    is_cancelled_.store(true);
    Wake();
  }

  absl::StatusOr<std::unique_ptr<HttpStream>> OpenStream(const HttpRequest& request) override {
    if (absl::Status status = CheckRequest(request); !status.ok()) return status;
    EasyHandle easy(curl_easy_init());
    if (easy == nullptr) return base::Error(absl::StatusCode::kResourceExhausted, "http: out of memory");
    auto stream = std::make_unique<CurlStream>(multi_, std::move(easy), request);
    Drive();
    return stream;
  }

  void Wait(std::chrono::milliseconds timeout) override {
    Drive();
    constexpr std::chrono::milliseconds kLongest{60'000};
    const auto wait = std::clamp(timeout, std::chrono::milliseconds(0), kLongest);
    if (!is_cancelled_.load()) curl_multi_poll(multi_, nullptr, 0, static_cast<int>(wait.count()), nullptr);
    Drive();
  }

  void Wake() override {
    if (multi_ != nullptr) curl_multi_wakeup(multi_);
  }

 private:
  absl::Status CheckRequest(const HttpRequest& request) const {
    if (multi_ != nullptr && easy_ != nullptr) return CheckUrl(request.url);
    return base::Error(absl::StatusCode::kResourceExhausted, "http: out of memory");
  }

  // Moves every transfer on and notes which have ended. False when libcurl cannot go on.
  bool Drive() {
    int running = 0;
    if (curl_multi_perform(multi_, &running) != CURLM_OK) return false;
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      Exchange* exchange = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
      exchange->is_done = true;
      exchange->result = message->data.result;
    }
    return true;
  }

  // Runs the prepared transfer to its end or until Cancel().
  void Perform(Exchange& exchange) {
    exchange.result = CURLE_FAILED_INIT;
    if (curl_multi_add_handle(multi_, easy_.get()) != CURLM_OK) return;
    while (!is_cancelled_.load() && Drive() && !exchange.is_done) {
      curl_multi_poll(multi_, nullptr, 0, while_waiting_ ? kTick : 1000, nullptr);
      if (while_waiting_) while_waiting_();
    }
    curl_multi_remove_handle(multi_, easy_.get());
  }

  static constexpr int kTick = 100;  // milliseconds between two calls of while_waiting_

  std::function<void()> while_waiting_;
  CURLM* multi_ = nullptr;
  EasyHandle easy_;
  std::atomic<bool> is_cancelled_{false};
};

}  // namespace

std::unique_ptr<Transport> CurlTransport() { return std::make_unique<LibcurlTransport>(); }

}  // namespace v1
}  // namespace expt
