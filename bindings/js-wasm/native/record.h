// Values in memory: JavaScript writes them (src/scratch.ts of @expt/core) and reads answers of them (answer.h).
#ifndef EXPT_BINDINGS_JS_WASM_NATIVE_RECORD_H_
#define EXPT_BINDINGS_JS_WASM_NATIVE_RECORD_H_

#include <cstdint>

namespace expt::wasm {

// 16 bytes: type, size, then a number or an offset from the beginning of the block; in answers an address.
struct Record {
  uint32_t type;
  uint32_t size;
  union {
    double real;
    int64_t integer;
    uint32_t offset;
  };
};
static_assert(sizeof(Record) == 16);

enum RecordType : uint32_t {
  kMissing = 0,
  kBoolean = 1,      // size: 0 or 1
  kString = 2,       // size bytes at offset
  kSafeInteger = 3,  // an integer as a double
  kDouble = 4,
  kInteger = 5,     // an int64
  kStringList = 6,  // size pairs (offset, size) at offset
  // Only in answers.
  kList = 7,   // the size records behind it, lists with theirs
  kJson = 8,   // as kString
  kBytes = 9,  // size bytes at offset
};

}  // namespace expt::wasm

#endif  // EXPT_BINDINGS_JS_WASM_NATIVE_RECORD_H_
