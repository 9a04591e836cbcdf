#include "bindings/js-wasm/native/sticky.h"

#include <cstdint>
#include <string_view>

#include "bindings/js-wasm/native/output.h"
#include "bindings/js-wasm/native/record.h"

namespace expt::wasm {

const StickyAssignments* g_sticky = nullptr;

}  // namespace expt::wasm

// `count` rows of five records, checked by JavaScript: experiment id, bucket_by, unit id, variant, phase.
EXPT_EXPORT(expt_sticky_new) expt::StickyAssignments* expt_sticky_new(const char* block, uint32_t count) {
  auto* const assignments = new expt::StickyAssignments();
  const auto* row = reinterpret_cast<const expt::wasm::Record*>(block);
  const auto text = [&](int i) { return std::string_view(block + row[i].offset, row[i].size); };
  for (; count > 0; --count, row += 5) {
    assignments->Set(text(0), static_cast<uint32_t>(row[4].real), text(1), text(2), text(3));
  }
  return assignments;
}

EXPT_EXPORT(expt_sticky_free) void expt_sticky_free(expt::StickyAssignments* assignments) { delete assignments; }

EXPT_EXPORT(expt_sticky_use) void expt_sticky_use(const expt::StickyAssignments* assignments) {
  expt::wasm::g_sticky = assignments;
}
