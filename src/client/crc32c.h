// CRC-32C (Castagnoli), the checksum of files in the data directory.
#ifndef EXPT_SRC_CLIENT_CRC32C_H_
#define EXPT_SRC_CLIENT_CRC32C_H_

#include <cstdint>
#include <string_view>

namespace expt::client {

uint32_t Crc32c(std::string_view bytes);

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_CRC32C_H_
