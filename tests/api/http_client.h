// Requests of tests, by libcurl: what an ordinary client sends.
#ifndef EXPT_TESTS_API_HTTP_CLIENT_H_
#define EXPT_TESTS_API_HTTP_CLIENT_H_

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace expt::testing {

struct Reply {
  int status = 0;                              // 0: no answer
  std::map<std::string, std::string> headers;  // names in lower case; values of one name in lines
  std::string body;

  // Null when the body is no JSON.
  nlohmann::json Json() const { return nlohmann::json::parse(body, nullptr, false); }
  std::string Header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

struct Sending {
  std::string bearer = {};                // Authorization: Bearer ...
  std::vector<std::string> headers = {};  // "Name: value"
  std::string body = {};
  std::string content_type = {};  // sent with a body
};

Reply Send(const std::string& method, const std::string& url, const Sending& sending);

}  // namespace expt::testing

#endif  // EXPT_TESTS_API_HTTP_CLIENT_H_
