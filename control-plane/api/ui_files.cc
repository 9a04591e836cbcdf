#include "control-plane/api/ui_files.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "control-plane/http/problem.h"
#include "src/host/crypto.h"

namespace expt::api {
namespace {

constexpr std::string_view kNonceMark = "__EXPT_NONCE__";

const ui::Asset* FindAsset(std::span<const ui::Asset> assets, std::string_view path) {
  const auto at = std::lower_bound(assets.begin(), assets.end(), path,
                                   [](const ui::Asset& asset, std::string_view wanted) { return asset.path < wanted; });
  return at != assets.end() && at->path == path ? &*at : nullptr;
}

// 128 random bits as hexadecimal digits.
std::string NewNonce() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::array<uint8_t, 16> bytes{};
  host::RandomBytes(bytes);
  std::string nonce;
  for (const uint8_t byte : bytes) nonce.append({kDigits[byte >> 4], kDigits[byte & 15]});
  return nonce;
}

// True when the header names gzip and does not refuse it by "q=0".
bool TakesGzip(const http::Request& request) {
  const std::string value = http::LowerCase(request.Header("accept-encoding").value_or(""));
  std::string_view rest = value;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view item = http::Trim(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const size_t semicolon = std::min(item.find(';'), item.size());
    if (http::Trim(item.substr(0, semicolon)) != "gzip") continue;
    const std::string_view weight = http::Trim(item.substr(std::min(semicolon + 1, item.size())));
    return !weight.starts_with("q=0") || weight.find_first_of("123456789") != weight.npos;
  }
  return false;
}

http::Response Page(const ui::Asset& page) {
  const std::string nonce = NewNonce();
  http::Response response;
  response.content_type = page.content_type;
  response.body = page.bytes;
  for (size_t at = response.body.find(kNonceMark); at != std::string::npos; at = response.body.find(kNonceMark, at)) {
    response.body.replace(at, kNonceMark.size(), nonce);
  }
  response.Set("Content-Security-Policy", ContentSecurityPolicy(nonce));
  response.Set("Cache-Control", "no-store");
  response.Set("Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace

std::string ContentSecurityPolicy(std::string_view nonce) {
  std::string policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'nonce-";
  policy.append(nonce);
  policy.append(
      "'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
      "frame-ancestors 'none'");
  return policy;
}

http::Response UiFile(std::span<const ui::Asset> assets, const http::Request& request) {
  const ui::Asset* asset = FindAsset(assets, request.path);
  const bool is_kept = request.path.starts_with("/assets/");
  if (asset == nullptr && !is_kept) asset = FindAsset(assets, "/index.html");
  if (asset == nullptr) {
    return http::ProblemResponse({.status = 404, .detail = "no such file", .request_id = request.id});
  }
  if (asset->path == "/index.html") return Page(*asset);
  http::Response response;
  response.content_type = asset->content_type;
  const bool is_compressed = !asset->gzip.empty() && TakesGzip(request);
  response.body = is_compressed ? asset->gzip : asset->bytes;
  if (!asset->gzip.empty()) response.Set("Vary", "Accept-Encoding");
  if (is_compressed) response.Set("Content-Encoding", "gzip");
  response.Set("Cache-Control", is_kept ? "public, max-age=31536000, immutable" : "public, max-age=3600");
  return response;
}

}  // namespace expt::api
