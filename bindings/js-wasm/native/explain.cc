// Explanations: the code path of decisions, recording.
#include "src/core/explain.h"

#include <chrono>
#include <string>
#include <string_view>

#include "bindings/js-wasm/native/output.h"
#include "bindings/js-wasm/native/sticky.h"

// `values` as for expt_decide, for all attributes; null: the context is not valid. Words 0, 1: one JSON object; 2, 3:
// lines for people.
EXPT_EXPORT(expt_explain)
void expt_explain(const expt::Snapshot* snapshot, const char* key, uint32_t size, const expt::ValueView* values,
                  double now_ms) {
  static auto* const explanation = new expt::Explanation();
  const expt::Time now{std::chrono::milliseconds(static_cast<int64_t>(now_ms))};
  *explanation =
      expt::core::Explain(*snapshot, std::string_view(key, size), values, {.now = now, .sticky = expt::wasm::g_sticky});
  expt::wasm::PutView(0, explanation->json);
  expt::wasm::PutView(2, explanation->text);
}
