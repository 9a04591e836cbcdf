// Which addresses a client may talk to.
#ifndef EXPT_SRC_CLIENT_URL_H_
#define EXPT_SRC_CLIENT_URL_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace expt::client {

// https to any host, or plain http to this machine (localhost, 127.0.0.0/8, ::1).
//
// Errors: kInvalidArgument, naming the part that is wrong. The text never quotes user information.
absl::Status CheckUrl(const std::string& url);

// CheckUrl, and no query, fragment or user information: something that paths can be put behind. Its text begins with
// `name`.
absl::Status CheckBaseUrl(const std::string& url, std::string_view name = "url");

// Whether a URL that passed CheckUrl is plain http, which never goes through a proxy.
bool IsPlainHttp(const std::string& url);

// `path` begins with "/".
std::string JoinUrl(std::string_view base, std::string_view path);

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_URL_H_
