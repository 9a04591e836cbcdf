#include "bindings/js-wasm/native/answer.h"

#include <vector>

#include "bindings/js-wasm/native/output.h"
#include "bindings/js-wasm/native/record.h"

namespace expt::wasm {
namespace {

std::vector<Record>& Parts() {
  static auto* const parts = new std::vector<Record>();  // keeps its room
  return *parts;
}

void Put(RecordType type, size_t size, double real) {
  Record record;
  record.type = type;
  record.size = static_cast<uint32_t>(size);
  record.real = real;
  Parts().push_back(record);
  g_words[0] = Address(Parts().data());
}

void PutAt(RecordType type, const void* at, size_t size) {
  Put(type, size, 0);
  Parts().back().offset = Address(at);
}

}  // namespace

void BeginAnswer(size_t count) {
  Parts().clear();
  PutList(count);
}

void PutList(size_t count) { Put(kList, count, 0); }
void PutPart(std::string_view text) { PutAt(kString, text.data(), text.size()); }
void PutNumber(double value) { Put(kDouble, 0, value); }
void PutBoolean(bool value) { Put(kBoolean, value ? 1 : 0, 0); }
void PutDigest(const Digest& digest) { PutAt(kBytes, digest.data(), digest.size()); }

void PutValue(const ValueView& value) {
  switch (value.type()) {
    case ValueType::kBoolean:
      return PutBoolean(value.boolean());
    case ValueType::kInteger:
      return PutNumber(static_cast<double>(value.integer()));
    case ValueType::kDouble:
      return PutNumber(value.real());
    default:
      PutAt(value.type() == ValueType::kJson ? kJson : kString, value.text().data(), value.text().size());
  }
}

}  // namespace expt::wasm
