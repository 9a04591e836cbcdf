// Metrics.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kMetricsSchemas[] = R"json({
  "MetricPart": {
    "type": "object", "additionalProperties": false, "required": ["event"],
    "properties": {
      "event": {"type": "string", "description": "Name of the events that count."},
      "condition": {
        "anyOf": [{"$ref": "#/components/schemas/Condition"}, {"type": "null"}],
        "description": "Over the properties of the event."
      },
      "value": {"type": "string", "enum": ["none", "value", "property"], "default": "none"},
      "property": {"type": ["string", "null"], "description": "With value \"property\"."},
      "aggregation": {"type": "string", "enum": ["any", "count", "sum"]}
    }
  },
  "Metric": {
    "type": "object", "additionalProperties": false, "required": ["key", "kind", "numerator"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256},
      "description": {"type": "string", "maxLength": 4096},
      "kind": {"type": "string", "enum": ["proportion", "mean", "ratio"]},
      "unit_type": {"type": "string", "default": "targeting_key"},
      "numerator": {"$ref": "#/components/schemas/MetricPart"},
      "denominator": {
        "anyOf": [{"$ref": "#/components/schemas/MetricPart"}, {"type": "null"}], "description": "Of a ratio."
      },
      "window": {
        "type": ["object", "null"], "additionalProperties": false,
        "description": "Milliseconds after the first exposure, half-open.",
        "properties": {
          "start_ms": {"type": "integer", "minimum": 0, "default": 0},
          "end_ms": {"type": ["integer", "null"], "minimum": 1}
        }
      },
      "direction": {"type": "string", "enum": ["increase", "decrease"], "default": "increase"},
      "units_without_events": {"type": "string", "enum": ["zero", "leave_out"], "default": "zero"},
      "version": {"type": "integer", "readOnly": true, "description": "Rises with every change of what is measured."}
    }
  }
})json";

}  // namespace

SchemaPart MetricsSchemas() { return {.text = kMetricsSchemas, .stored = {"Metric"}, .paged = {"Metric"}}; }

}  // namespace expt::api
