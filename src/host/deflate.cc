#include "src/host/deflate.h"

#include <libdeflate.h>

#include <memory>
#include <new>

#include "src/base/large_memory.h"
#include "src/wire/envelope.h"

namespace expt::host {
namespace {

// Of a snapshot of 10,000 flags level 9 saves 0.4 % more bytes and takes three times as long.
constexpr int kLevel = 6;

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
};
struct FreeDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};

}  // namespace

std::string Deflate(std::string_view plain) {
  const std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor(libdeflate_alloc_compressor(kLevel));
  if (compressor == nullptr) throw std::bad_alloc();
  std::string out(libdeflate_deflate_compress_bound(compressor.get(), plain.size()), '\0');
  out.resize(libdeflate_deflate_compress(compressor.get(), plain.data(), plain.size(), out.data(), out.size()));
  return out;
}

std::optional<base::SharedText> Inflate(std::string_view deflated, uint64_t plain_size) {
  if (plain_size > wire::kMaxSnapshotSize) return std::nullopt;
  const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor(libdeflate_alloc_decompressor());
  if (decompressor == nullptr) return std::nullopt;
  const auto plain = std::make_shared<base::Table<char>>(plain_size);
  size_t used = 0;
  // Without a place for the actual size, libdeflate demands exactly `plain_size` bytes.
  const libdeflate_result result = libdeflate_deflate_decompress_ex(
      decompressor.get(), deflated.data(), deflated.size(), plain->data(), plain->size(), &used, nullptr);
  if (result != LIBDEFLATE_SUCCESS || used != deflated.size()) return std::nullopt;
  return base::SharedText({plain->data(), plain->size()}, plain);
}

}  // namespace expt::host
