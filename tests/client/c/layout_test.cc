// Sizes and last fields of the structs of expt/c.h on 64-bit systems. They may only grow, at the end: a new field
// begins where the struct ended before, never in its padding, or an older size could not tell that it is missing.
#include "expt/c.h"

namespace {

#define EXPT_LAYOUT(type, size, last, offset) \
  static_assert(sizeof(void*) != 8 || (sizeof(type) == (size) && offsetof(type, last) == (offset)), #type)

EXPT_LAYOUT(expt_string, 16, size, 8);
EXPT_LAYOUT(expt_value, 24, as, 8);
EXPT_LAYOUT(expt_decision_view, 112, age_ms, 104);
EXPT_LAYOUT(expt_exposure_view, 88, is_sticky, 81);
EXPT_LAYOUT(expt_trust, 64, floor_digest, 56);
EXPT_LAYOUT(expt_overlay, 32, stale, 24);
EXPT_LAYOUT(expt_snapshot_view, 96, is_ready, 92);
EXPT_LAYOUT(expt_flag_view, 32, is_broken, 29);
EXPT_LAYOUT(expt_input, 24, sticky, 16);
EXPT_LAYOUT(expt_client_options, 312, without_stream, 308);
EXPT_LAYOUT(expt_property, 40, value, 16);
EXPT_LAYOUT(expt_unit, 32, unit_id, 16);
EXPT_LAYOUT(expt_track_options, 80, unit_count, 72);
EXPT_LAYOUT(expt_expose_options, 40, event_id, 24);
EXPT_LAYOUT(expt_flush_report, 32, remaining, 24);
EXPT_LAYOUT(expt_status_view, 160, is_streaming, 152);
EXPT_LAYOUT(expt_load_count_view, 24, code, 20);
EXPT_LAYOUT(expt_drop_view, 56, kind, 52);

}  // namespace
