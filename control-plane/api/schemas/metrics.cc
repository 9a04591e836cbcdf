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
  },
  "MetricPreviewRequest": {
    "type": "object", "additionalProperties": false, "required": ["metric"],
    "properties": {
      "metric": {"type": "object", "description": "A Metric; it need not be stored, and may have no key."},
      "days": {"type": "integer", "minimum": 1, "maximum": 90, "default": 7}
    }
  },
  "MetricPreview": {
    "type": "object", "additionalProperties": false,
    "required": ["from", "until", "numerator", "denominator", "cut_short"],
    "properties": {
      "from": {"$ref": "#/components/schemas/Instant"},
      "until": {"$ref": "#/components/schemas/Instant"},
      "numerator": {"$ref": "#/components/schemas/SourcePreview"},
      "denominator": {"oneOf": [{"$ref": "#/components/schemas/SourcePreview"}, {"type": "null"}]},
      "cut_short": {
        "type": "boolean", "description": "A million events came since then or more; the newest days were looked at."
      }
    }
  },
  "SourcePreview": {
    "type": "object", "additionalProperties": false,
    "required": ["named", "events", "without_unit", "units", "total", "mean", "smallest", "largest", "days"],
    "properties": {
      "named": {"type": "integer", "description": "Events with the name."},
      "events": {"type": "integer", "description": "Of them, those that count: condition and value let them."},
      "without_unit": {"type": "integer", "description": "Of those, the ones that name no unit of the metric's type."},
      "units": {"type": "integer", "description": "Units with at least one event."},
      "total": {"type": "number", "description": "Of the numbers of those units."},
      "mean": {"$ref": "#/components/schemas/Number"},
      "smallest": {"$ref": "#/components/schemas/Number"},
      "largest": {"$ref": "#/components/schemas/Number"},
      "days": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["day", "events", "units", "total"],
          "properties": {
            "day": {"type": "string", "format": "date"},
            "events": {"type": "integer"},
            "units": {"type": "integer"},
            "total": {"type": "number"}
          }
        }
      }
    }
  }
})json";

}  // namespace

SchemaPart MetricsSchemas() { return {.text = kMetricsSchemas, .stored = {"Metric"}, .paged = {"Metric"}}; }

}  // namespace expt::api
