#include "control-plane/http/inflate.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <string>

namespace expt::http {
namespace {

std::string Gzip(const std::string& plain) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, plain.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Zstd(const std::string& plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 3));
  return out;
}

std::string Varied(size_t size) {
  std::string text;
  for (uint32_t state = 1; text.size() < size; state = state * 1664525 + 1013904223)
    text += static_cast<char>(state >> 24);
  return text;
}

TEST(Inflate, GivesBackWhatWasCompressed) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{1000}, size_t{200'000}}) {
    const std::string plain = Varied(size);
    EXPECT_EQ(*Inflate("gzip", Gzip(plain), {}), plain);
    EXPECT_EQ(*Inflate("zstd", Zstd(plain), {}), plain);
    EXPECT_EQ(*Inflate("identity", plain, {}), plain);
    EXPECT_EQ(*Inflate("", plain, {}), plain);
  }
}

TEST(Inflate, StopsAtTheLimits) {
  const std::string bomb(64u << 20, 'a');
  for (const auto& [encoding, body] : {std::pair{"gzip", Gzip(bomb)}, std::pair{"zstd", Zstd(bomb)}}) {
    EXPECT_EQ(Inflate(encoding, body, {}).status().code(), absl::StatusCode::kResourceExhausted) << encoding;
  }
  const std::string plain = Varied(1000);
  EXPECT_TRUE(Inflate("gzip", Gzip(plain), {.max_bytes = 1000}).ok());
  EXPECT_EQ(Inflate("gzip", Gzip(plain), {.max_bytes = 999}).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Inflate("zstd", Zstd(plain), {.max_bytes = 999}).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Inflate("", plain, {.max_bytes = 999}).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(Inflate, RefusesDamagedCutAndLongerBodies) {
  const std::string plain = Varied(5000);
  for (const auto& [encoding, body] : {std::pair{"gzip", Gzip(plain)}, std::pair{"zstd", Zstd(plain)}}) {
    for (size_t size = 0; size < body.size(); size += 97) {
      EXPECT_FALSE(Inflate(encoding, body.substr(0, size), {}).ok()) << encoding << size;
    }
    EXPECT_FALSE(Inflate(encoding, body + "x", {}).ok()) << encoding;
    EXPECT_FALSE(Inflate(encoding, body + body, {}).ok()) << encoding;
    EXPECT_FALSE(Inflate(encoding, plain, {}).ok()) << encoding;
  }
  EXPECT_EQ(Inflate("br", plain, {}).status().code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace expt::http
