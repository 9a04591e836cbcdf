#include "bindings/js-wasm/native/sticky.h"

#include <cstdint>
#include <string_view>

#include "bindings/js-wasm/native/output.h"
#include "expt/value.h"

namespace expt::wasm {

const StickyAssignments* g_sticky = nullptr;

}  // namespace expt::wasm

// `count` rows of five values, checked by JavaScript: experiment id, bucket_by, unit id, variant, phase.
EXPT_EXPORT(expt_sticky_new) expt::StickyAssignments* expt_sticky_new(const expt::ValueView* row, uint32_t count) {
  auto* const assignments = new expt::StickyAssignments();
  for (; count > 0; --count, row += 5) {
    assignments->Set(row[0].text(), static_cast<uint32_t>(row[4].integer()), row[1].text(), row[2].text(),
                     row[3].text());
  }
  return assignments;
}

EXPT_EXPORT(expt_sticky_free) void expt_sticky_free(expt::StickyAssignments* assignments) { delete assignments; }

EXPT_EXPORT(expt_sticky_use) void expt_sticky_use(const expt::StickyAssignments* assignments) {
  expt::wasm::g_sticky = assignments;
}
