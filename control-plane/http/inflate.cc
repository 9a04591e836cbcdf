#include "control-plane/http/inflate.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "src/base/status.h"

namespace expt::http {
namespace {

constexpr size_t kStep = 64u << 10;
constexpr int kMaxZstdWindowLog = 23;  // 8 MiB

absl::Status Damaged(std::string_view encoding) {
  return base::Error(absl::StatusCode::kInvalidArgument, "body: not valid " + std::string(encoding));
}

absl::Status TooLarge(size_t limit) {
  return base::Error(absl::StatusCode::kResourceExhausted,
                     "body: inflates to more than the allowed " + std::to_string(limit) + " bytes");
}

absl::StatusOr<std::string> InflateGzip(std::string_view body, size_t limit) {
  z_stream stream{};
  constexpr int kGzipOnly = 16;
  if (inflateInit2(&stream, MAX_WBITS + kGzipOnly) != Z_OK) {
    return base::Error(absl::StatusCode::kResourceExhausted, "body: no memory to inflate");
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  std::string plain;
  while (true) {
    const size_t old_size = plain.size();
    const size_t room = std::min(kStep, limit - old_size + 1);  // one byte more shows that it is too large
    plain.resize(old_size + room);
    stream.next_out = reinterpret_cast<Bytef*>(plain.data() + old_size);
    stream.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream, Z_NO_FLUSH);
    plain.resize(old_size + room - stream.avail_out);
    if (plain.size() > limit) return TooLarge(limit);
    if (result == Z_STREAM_END) break;
    if (result != Z_OK || (stream.avail_in == 0 && stream.avail_out != 0)) return Damaged("gzip");
  }
  if (stream.avail_in != 0) return Damaged("gzip: something follows it");
  return plain;
}

absl::StatusOr<std::string> InflateZstd(std::string_view body, size_t limit) {
  const std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(), ZSTD_freeDStream);
  if (!stream || ZSTD_isError(ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax, kMaxZstdWindowLog))) {
    return base::Error(absl::StatusCode::kResourceExhausted, "body: no memory to inflate");
  }
  ZSTD_inBuffer in{body.data(), body.size(), 0};
  std::string plain;
  while (true) {
    const size_t old_size = plain.size();
    const size_t room = std::min(kStep, limit - old_size + 1);
    plain.resize(old_size + room);
    ZSTD_outBuffer out{plain.data() + old_size, room, 0};
    const size_t result = ZSTD_decompressStream(stream.get(), &out, &in);
    plain.resize(old_size + out.pos);
    if (ZSTD_isError(result)) return Damaged("zstd");
    if (plain.size() > limit) return TooLarge(limit);
    if (result == 0) break;  // the frame is complete
    if (in.pos == in.size && out.pos < out.size) return Damaged("zstd");
  }
  if (in.pos != in.size) return Damaged("zstd: something follows it");
  return plain;
}

}  // namespace

absl::StatusOr<std::string> Inflate(std::string_view encoding, std::string_view body, const InflateLimits& limits) {
  const size_t limit = std::min(limits.max_bytes, limits.max_ratio * body.size());
  if (encoding.empty() || encoding == "identity") {
    if (body.size() > limits.max_bytes) return TooLarge(limits.max_bytes);
    return std::string(body);
  }
  if (encoding == "gzip") return InflateGzip(body, limit);
  if (encoding == "zstd") return InflateZstd(body, limit);
  return base::Error(absl::StatusCode::kUnimplemented, "content-encoding: expected gzip, zstd or identity");
}

}  // namespace expt::http
