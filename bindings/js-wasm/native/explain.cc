// Explanations: the code path of decisions, recording.
#include <chrono>
#include <string>
#include <string_view>

#include "bindings/js-wasm/native/output.h"
#include "bindings/js-wasm/native/sticky.h"
#include "expt/evaluate.h"

// words 0, 1: one JSON object; 2, 3: lines for people.
EXPT_EXPORT(expt_explain)
void expt_explain(const expt::Snapshot* snapshot, const char* key, uint32_t size, const expt::Context* context,
                  double now_ms) {
  static auto* const explanation = new expt::Explanation();
  const expt::Time now{std::chrono::milliseconds(static_cast<int64_t>(now_ms))};
  *explanation = expt::Explain(*snapshot, std::string_view(key, size), *context, {.now = now, .sticky = expt::wasm::g_sticky});
  expt::wasm::PutView(0, explanation->json);
  expt::wasm::PutView(2, explanation->text);
}
