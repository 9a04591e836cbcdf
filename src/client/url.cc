#include "src/client/url.h"

#include <curl/curl.h>

#include <memory>

#include "src/base/status.h"

namespace expt::client {
namespace {

using UrlHandle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string Part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string result = text;
  curl_free(text);
  return result;
}

bool IsLoopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]" || host == "::1") return true;
  // curl has turned every spelling of an IPv4 address into four decimal numbers.
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

absl::Status Check(const std::string& text, bool is_base, std::string_view name) {
  const auto invalid = [name](const std::string& what) {
    return base::Error(absl::StatusCode::kInvalidArgument, std::string(name) + ": " + what);
  };
  UrlHandle url(curl_url(), &curl_url_cleanup);
  if (url == nullptr) return base::Error(absl::StatusCode::kResourceExhausted, std::string(name) + ": out of memory");
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return invalid("expected an address such as \"https://flags.example.com\"");
  }
  const std::string scheme = Part(url.get(), CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") {
    return invalid("expected scheme \"https\", got \"" + scheme + "\"");
  }
  if (scheme == "http" && !IsLoopback(Part(url.get(), CURLUPART_HOST))) {
    return invalid("plain http is allowed to this machine only, expected \"https\"");
  }
  if (!Part(url.get(), CURLUPART_USER).empty() || !Part(url.get(), CURLUPART_PASSWORD).empty()) {
    return invalid("user information is not allowed");
  }
  if (is_base && !Part(url.get(), CURLUPART_QUERY).empty()) return invalid("a query is not allowed");
  if (is_base && !Part(url.get(), CURLUPART_FRAGMENT).empty()) return invalid("a fragment is not allowed");
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckUrl(const std::string& url) { return Check(url, false, "url"); }

absl::Status CheckBaseUrl(const std::string& url, std::string_view name) { return Check(url, true, name); }

bool IsPlainHttp(const std::string& url) {
  constexpr std::string_view kHttp = "http://";
  if (url.size() < kHttp.size()) return false;
  for (size_t i = 0; i < kHttp.size(); ++i) {
    const char c = url[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != kHttp[i]) return false;
  }
  return true;
}

std::string JoinUrl(std::string_view base, std::string_view path) {
  while (base.ends_with('/')) base.remove_suffix(1);
  std::string url(base);
  url += path;
  return url;
}

}  // namespace expt::client
