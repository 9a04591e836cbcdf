#include "control-plane/cli/api_transport.h"

#include <curl/curl.h>

#include <atomic>
#include <string>
#include <string_view>

#include "control-plane/cli/status.h"

namespace expt::cli {
namespace {

template <typename T, void (*kFree)(T*)>
struct Freer {
  void operator()(T* thing) const { kFree(thing); }
};
using Easy = std::unique_ptr<CURL, Freer<CURL, curl_easy_cleanup>>;
using Url = std::unique_ptr<CURLU, Freer<CURLU, curl_url_cleanup>>;
using Headers = std::unique_ptr<curl_slist, Freer<curl_slist, curl_slist_free_all>>;

std::string Part(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool IsThisMachine(const std::string& host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
}

// Sets `is_plain` for http. A token must not cross a network that anybody can read.
absl::Status CheckUrl(const std::string& text, bool& is_plain) {
  const Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return InvalidArgument("expected a URL such as https://flags.example.com");
  }
  if (!Part(url, CURLUPART_USER).empty()) return InvalidArgument("expected a URL without user and password");
  const std::string scheme = Part(url, CURLUPART_SCHEME);
  is_plain = scheme == "http";
  if (is_plain && !IsThisMachine(Part(url, CURLUPART_HOST))) {
    return InvalidArgument("expected https: plain http goes to this machine only");
  }
  return is_plain || scheme == "https" ? absl::OkStatus() : InvalidArgument("expected https, got \"" + scheme + "\"");
}

struct Answer {
  HttpReply reply;
  uint64_t max_bytes = 0;
  bool is_too_large = false;
};

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  auto* answer = static_cast<Answer*>(user);
  const size_t bytes = size * count;
  answer->is_too_large = answer->reply.body.size() + bytes > answer->max_bytes;
  if (answer->is_too_large) return 0;
  answer->reply.body.append(data, bytes);
  return bytes;
}

size_t OnHeader(char* data, size_t size, size_t count, void* user) {
  auto* answer = static_cast<Answer*>(user);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) answer->reply.headers.clear();  // of an interim answer
  const size_t colon = line.find(':');
  const size_t begin = line.find_first_not_of(" \t", colon + 1);
  const size_t end = line.find_last_not_of(" \t\r\n");
  if (colon == std::string_view::npos || begin == std::string_view::npos || end < begin) return line.size();
  std::string name(line.substr(0, colon));
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  answer->reply.headers.emplace_back(std::move(name), line.substr(begin, end - begin + 1));
  return line.size();
}

class LibcurlApiTransport : public Transport {
 public:
  LibcurlApiTransport() {
    static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (kReady == CURLE_OK) easy_.reset(curl_easy_init());
  }

  absl::StatusOr<HttpReply> Send(const HttpRequest& request) override {
    if (!easy_ || is_cancelled_) return Error(absl::StatusCode::kUnavailable, "http: cancelled");
    bool is_plain = false;
    if (absl::Status status = CheckUrl(request.url, is_plain); !status.ok()) return status;
    Headers headers;
    const auto add = [&headers](const std::string& line) {
      if (curl_slist* longer = curl_slist_append(headers.get(), line.c_str())) {
        (void)headers.release();
        headers.reset(longer);
      }
    };
    add("Expect:");
    for (const auto& [name, value] : request.headers) add(name + ": " + value);

    Answer answer;
    answer.max_bytes = request.max_reply_bytes;
    char error[CURL_ERROR_SIZE] = "";
    curl_easy_reset(easy_.get());  // keeps the connection
    const auto set = [this](CURLoption option, auto value) { curl_easy_setopt(easy_.get(), option, value); };
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_ERRORBUFFER, error);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
    if (is_plain) set(CURLOPT_PROXY, "");
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_HEADERFUNCTION, &OnHeader);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&answer));
    set(CURLOPT_WRITEFUNCTION, &OnBody);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&answer));
    if (request.method != "GET") {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.data());
      set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    const CURLcode code = curl_easy_perform(easy_.get());
    set(CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
    if (answer.is_too_large) {
      return Error(absl::StatusCode::kResourceExhausted,
                   "http: the answer is larger than " + std::to_string(request.max_reply_bytes) + " bytes");
    }
    if (code != CURLE_OK) {
      return Error(absl::StatusCode::kUnavailable,
                   "http: " + std::string(error[0] != '\0' ? error : curl_easy_strerror(code)));
    }
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    answer.reply.status = static_cast<int>(status);
    return std::move(answer.reply);
  }

  void Cancel() override { is_cancelled_ = true; }

 private:
  Easy easy_;
  std::atomic<bool> is_cancelled_{false};
};

}  // namespace

std::unique_ptr<Transport> ApiTransport() { return std::make_unique<LibcurlApiTransport>(); }

}  // namespace expt::cli
