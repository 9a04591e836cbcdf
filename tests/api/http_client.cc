#include "tests/api/http_client.h"

#include <curl/curl.h>

#include <memory>

namespace expt::testing {
namespace {

size_t AppendBody(char* bytes, size_t size, size_t count, void* body) {
  static_cast<std::string*>(body)->append(bytes, size * count);
  return size * count;
}

size_t AddHeader(char* bytes, size_t size, size_t count, void* headers) {
  const std::string line(bytes, size * count);
  if (const size_t colon = line.find(": "); colon != std::string::npos) {
    std::string name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    std::string value = line.substr(colon + 2);
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.pop_back();
    std::string& kept = (*static_cast<std::map<std::string, std::string>*>(headers))[name];
    kept += kept.empty() ? value : "\n" + value;
  }
  return size * count;
}

}  // namespace

Reply Send(const std::string& method, const std::string& url, const Sending& sending) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  Reply reply;
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  if (global != CURLE_OK || !curl) return reply;
  curl_slist* list = nullptr;
  const auto add = [&](const std::string& header) { list = curl_slist_append(list, header.c_str()); };
  if (!sending.bearer.empty()) add("Authorization: Bearer " + sending.bearer);
  add("Content-Type:" + (sending.content_type.empty() ? "" : " " + sending.content_type));
  add("Expect:");
  for (const std::string& header : sending.headers) add(header);
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(list, curl_slist_free_all);

  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 60L);
  // A large body is refused before it is sent, however long a busy machine takes to say so.
  curl_easy_setopt(curl.get(), CURLOPT_EXPECT_100_TIMEOUT_MS, 30'000L);
  if (method == "HEAD") curl_easy_setopt(curl.get(), CURLOPT_NOBODY, 1L);
  if (!sending.body.empty() || method == "POST" || method == "PUT") {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, sending.body.data());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(sending.body.size()));
  }
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, AppendBody);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &reply.body);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, AddHeader);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &reply.headers);
  if (curl_easy_perform(curl.get()) != CURLE_OK) return reply;
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  return reply;
}

}  // namespace expt::testing
