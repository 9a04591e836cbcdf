// Flags and what they serve in an environment.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kFlagsSchemas[] = R"json({
  "Flag": {
    "type": "object", "additionalProperties": false, "required": ["key", "type", "variants"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "type": {"type": "string", "enum": ["boolean", "string", "integer", "double", "json"]},
      "description": {"type": "string", "maxLength": 4096},
      "tags": {"type": "array", "maxItems": 32, "items": {"type": "string", "maxLength": 64}},
      "owner": {"type": "string", "maxLength": 256},
      "visibility": {"type": "string", "enum": ["server", "client"], "default": "server"},
      "variants": {
        "type": "array", "minItems": 1, "maxItems": 64,
        "items": {
          "type": "object", "additionalProperties": false, "required": ["key", "value"],
          "properties": {
            "key": {"$ref": "#/components/schemas/Key"},
            "value": {"description": "Of the flag's type."}
          }
        }
      }
    }
  },
  "Ramp": {
    "type": "object", "additionalProperties": false, "required": ["points"],
    "description": "Nobody before the first point; from the last one on its share.",
    "properties": {
      "linear": {"type": "boolean", "default": false, "description": "false: in steps."},
      "points": {
        "type": "array", "minItems": 1, "maxItems": 256, "description": "Later and later, and never smaller.",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["time", "ppm"],
          "properties": {
            "time": {"$ref": "#/components/schemas/Instant"},
            "ppm": {"$ref": "#/components/schemas/Ppm"}
          }
        }
      }
    }
  },
  "Coverage": {
    "type": "object", "additionalProperties": false, "description": "Either ppm or ramp.",
    "properties": {
      "bucket_by": {"type": "string", "default": "targeting_key"},
      "salt": {"$ref": "#/components/schemas/Salt"},
      "ppm": {"$ref": "#/components/schemas/Ppm"},
      "ramp": {"$ref": "#/components/schemas/Ramp"}
    }
  },
  "Serve": {
    "oneOf": [
      {
        "type": "object", "additionalProperties": false, "required": ["variant"],
        "properties": {"variant": {"$ref": "#/components/schemas/Key"}}
      },
      {
        "type": "object", "additionalProperties": false, "required": ["split"],
        "properties": {
          "split": {
            "type": "object", "additionalProperties": false, "required": ["weights"],
            "properties": {
              "bucket_by": {"type": "string", "default": "targeting_key"},
              "salt": {"$ref": "#/components/schemas/Salt"},
              "weights": {"$ref": "#/components/schemas/Weights"}
            }
          }
        }
      },
      {
        "type": "object", "additionalProperties": false, "required": ["experiment"],
        "properties": {"experiment": {"$ref": "#/components/schemas/Key"}},
        "description": "In rules only."
      }
    ]
  },
  "FlagConfiguration": {
    "type": "object", "additionalProperties": false,
    "properties": {
      "flag": {"$ref": "#/components/schemas/Key", "readOnly": true},
      "enabled": {"type": "boolean", "default": false},
      "off_variant": {"type": ["string", "null"], "description": "null: the caller's default."},
      "fail_closed": {"type": "boolean", "default": false},
      "overrides": {
        "type": "array", "maxItems": 256,
        "items": {
          "type": "object", "additionalProperties": false, "required": ["unit_ids", "variant"],
          "properties": {
            "unit_ids": {"type": "array", "maxItems": 10000, "items": {"type": "string"}},
            "variant": {"$ref": "#/components/schemas/Key"},
            "bucket_by": {"type": "string", "default": "targeting_key"}
          }
        }
      },
      "prerequisites": {
        "type": "array", "maxItems": 64,
        "items": {
          "type": "object", "additionalProperties": false, "required": ["flag", "variants"],
          "properties": {
            "flag": {"$ref": "#/components/schemas/Key"},
            "variants": {"type": "array", "minItems": 1, "maxItems": 64, "items": {"$ref": "#/components/schemas/Key"}}
          }
        }
      },
      "rules": {
        "type": "array", "maxItems": 256,
        "items": {
          "type": "object", "additionalProperties": false, "required": ["serve"],
          "properties": {
            "id": {"$ref": "#/components/schemas/Key", "description": "Made when it is left out."},
            "description": {"type": "string", "maxLength": 4096},
            "condition": {"anyOf": [{"$ref": "#/components/schemas/Condition"}, {"type": "null"}]},
            "coverage": {"anyOf": [{"$ref": "#/components/schemas/Coverage"}, {"type": "null"}]},
            "holdouts": {"type": "array", "maxItems": 8, "items": {"$ref": "#/components/schemas/Key"}},
            "serve": {"$ref": "#/components/schemas/Serve"}
          }
        }
      },
      "default_serve": {"anyOf": [{"$ref": "#/components/schemas/Serve"}, {"type": "null"}]},
      "warnings": {"$ref": "#/components/schemas/Warnings"}
    }
  },
  "EmergencyOff": {
    "type": "object", "additionalProperties": false, "required": ["flags"],
    "properties": {"flags": {"type": "array", "maxItems": 256, "items": {"$ref": "#/components/schemas/Key"}}}
  }
})json";

}  // namespace

SchemaPart FlagsSchemas() {
  return {.text = kFlagsSchemas, .stored = {"Flag"}, .paged = {"Flag", "FlagConfiguration"}};
}

}  // namespace expt::api
