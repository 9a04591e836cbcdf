// Experiments, layers and holdouts.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kExperimentsSchemas[] = R"json({
  "Layer": {
    "type": "object", "additionalProperties": false, "required": ["key"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "description": {"type": "string", "maxLength": 4096},
      "bucket_by": {"type": "string", "default": "targeting_key"},
      "salt": {"$ref": "#/components/schemas/Salt"}
    }
  },
  "Holdout": {
    "type": "object", "additionalProperties": false, "required": ["key", "ppm"],
    "description": "Units that the rules which name it keep out.",
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "description": {"type": "string", "maxLength": 4096},
      "bucket_by": {"type": "string", "default": "targeting_key"},
      "salt": {"$ref": "#/components/schemas/Salt"},
      "ppm": {"$ref": "#/components/schemas/Ppm"},
      "start": {"type": ["string", "null"], "format": "date-time", "description": "null: from the beginning."},
      "end": {"type": ["string", "null"], "format": "date-time", "description": "null: open."},
      "warnings": {"$ref": "#/components/schemas/Warnings"}
    }
  },
  "Experiment": {
    "type": "object", "additionalProperties": false, "required": ["key", "flag", "weights", "control"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256},
      "hypothesis": {"type": "string", "maxLength": 4096},
      "flag": {"$ref": "#/components/schemas/Key"},
      "status": {"type": "string", "enum": ["draft", "running", "paused", "stopped"], "default": "draft"},
      "bucket_by": {"type": "string", "default": "targeting_key"},
      "salt": {"$ref": "#/components/schemas/Salt"},
      "weights": {"$ref": "#/components/schemas/Weights"},
      "control": {"$ref": "#/components/schemas/Key"},
      "layer": {"type": ["string", "null"]},
      "allocation": {"$ref": "#/components/schemas/Allocation"},
      "sticky": {"type": "boolean", "default": false, "description": "Units keep their variant while a phase lasts."},
      "start": {"type": ["string", "null"], "format": "date-time", "description": "Set when it begins to run."},
      "end": {"type": ["string", "null"], "format": "date-time"},
      "mode": {"type": "string", "enum": ["any_time", "fixed"], "default": "any_time"},
      "alpha": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "default": 0.05},
      "planned_units": {"type": ["integer", "null"], "minimum": 1},
      "metrics": {
        "type": "array", "maxItems": 64,
        "items": {
          "type": "object", "additionalProperties": false, "required": ["metric"],
          "properties": {
            "metric": {"$ref": "#/components/schemas/Key"},
            "role": {"type": "string", "enum": ["success", "guardrail", "secondary"], "default": "secondary"},
            "version": {"type": ["integer", "null"], "description": "Pinned when the experiment starts."}
          }
        }
      },
      "phase": {"type": "integer", "readOnly": true, "description": "0: not started."},
      "phases": {
        "type": "array", "readOnly": true,
        "items": {
          "type": "object", "additionalProperties": false, "required": ["number", "start"],
          "properties": {
            "number": {"type": "integer"},
            "start": {"$ref": "#/components/schemas/Instant"},
            "end": {"type": ["string", "null"], "format": "date-time"},
            "reason": {"type": "string"},
            "bucket_by": {"type": "string"},
            "salt": {"$ref": "#/components/schemas/Salt"},
            "weights": {"$ref": "#/components/schemas/Weights"},
            "layer": {"type": ["string", "null"]},
            "allocation": {"$ref": "#/components/schemas/Allocation"}
          }
        }
      }
    }
  },
  "Allocation": {
    "type": "array", "description": "Half-open ranges of the layer's 1000000 buckets.",
    "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"$ref": "#/components/schemas/Ppm"}}
  }
})json";

}  // namespace

SchemaPart ExperimentsSchemas() {
  return {.text = kExperimentsSchemas,
          .stored = {"Experiment", "Layer", "Holdout"},
          .paged = {"Experiment", "Layer", "Holdout"}};
}

}  // namespace expt::api
