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

// Thread-safe as Transport says: Send() from one thread, Cancel() from any.
//
// One easy handle is kept, so its connection is reused; a multi handle drives it, so Cancel() can wake it at once.
class LibcurlTransport final : public Transport {
 public:
  LibcurlTransport() {
    InitCurlOnce();
    multi_ = curl_multi_init();
    easy_ = curl_easy_init();
  }
  ~LibcurlTransport() override {
    if (easy_ != nullptr) curl_easy_cleanup(easy_);
    if (multi_ != nullptr) curl_multi_cleanup(multi_);
  }

  absl::StatusOr<HttpReply> Send(const HttpRequest& request) override {
    if (multi_ == nullptr || easy_ == nullptr) {
      return base::Error(absl::StatusCode::kResourceExhausted, "http: out of memory");
    }
    if (absl::Status status = CheckUrl(request.url); !status.ok()) return status;
    Exchange exchange;
    exchange.max_bytes = request.max_reply_bytes;
    const HeaderList headers = MakeHeaders(request);
    char error[CURL_ERROR_SIZE] = "";
    SetOptions(request, headers.get(), error, exchange);
    const CURLcode code = Perform();
    curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, nullptr);
    if (exchange.is_too_large || code == CURLE_FILESIZE_EXCEEDED) {
      return base::Error(absl::StatusCode::kResourceExhausted,
                         "http: the answer is larger than " + std::to_string(request.max_reply_bytes) + " bytes");
    }
    if (is_cancelled_.load()) return base::Error(absl::StatusCode::kUnavailable, "http: cancelled");
    if (code != CURLE_OK) {
      return base::Error(absl::StatusCode::kUnavailable,
                         "http: " + std::string(error[0] != '\0' ? error : curl_easy_strerror(code)));
    }
    long status = 0;  // NOLINT(runtime/int): libcurl's type
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    exchange.reply.status = static_cast<int>(status);
    return std::move(exchange.reply);
  }

  void SetWhileWaiting(std::function<void()> call) override { while_waiting_ = std::move(call); }

  void Cancel() override {
    is_cancelled_.store(true);
    if (multi_ != nullptr) curl_multi_wakeup(multi_);
  }

 private:
  static HeaderList MakeHeaders(const HttpRequest& request) {
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

  void SetOptions(const HttpRequest& request, curl_slist* headers, char* error, Exchange& exchange) {
    curl_easy_reset(easy_);  // keeps the connection
    const auto set = [this](CURLoption option, auto value) { curl_easy_setopt(easy_, option, value); };
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_ERRORBUFFER, error);
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
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));                 // NOLINT(runtime/int)
    set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request.max_reply_bytes));
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

  // Runs the prepared transfer to its end or until Cancel().
  CURLcode Perform() {
    if (curl_multi_add_handle(multi_, easy_) != CURLM_OK) return CURLE_FAILED_INIT;
    CURLcode code = CURLE_ABORTED_BY_CALLBACK;
    int running = 1;
    while (!is_cancelled_.load()) {
      if (curl_multi_perform(multi_, &running) != CURLM_OK) {
        code = CURLE_FAILED_INIT;
        break;
      }
      if (running == 0) {
        int left = 0;
        while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
          if (message->msg == CURLMSG_DONE) code = message->data.result;
        }
        break;
      }
      curl_multi_poll(multi_, nullptr, 0, while_waiting_ ? kTick : 1000, nullptr);
      if (while_waiting_) while_waiting_();
    }
    curl_multi_remove_handle(multi_, easy_);
    return code;
  }

  static constexpr int kTick = 100;  // milliseconds between two calls of while_waiting_

  std::function<void()> while_waiting_;
  CURLM* multi_ = nullptr;
  CURL* easy_ = nullptr;
  std::atomic<bool> is_cancelled_{false};
};

}  // namespace

std::unique_ptr<Transport> CurlTransport() { return std::make_unique<LibcurlTransport>(); }

}  // namespace v1
}  // namespace expt
