// Overrides, flag tests, groups of metrics and templates.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kResourceSchemas[] = R"json({
  "Override": {
    "type": "object", "additionalProperties": false, "required": ["key", "unit_id", "variants"],
    "description": "A unit that always gets these variants.",
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "unit_id": {"type": "string", "minLength": 1, "maxLength": 256},
      "bucket_by": {"type": "string", "default": "targeting_key"},
      "variants": {
        "type": "object", "additionalProperties": {"$ref": "#/components/schemas/Key"},
        "description": "Variant by flag."
      },
      "note": {"type": "string", "maxLength": 4096},
      "expires": {"type": ["string", "null"], "format": "date-time", "description": "null: never."}
    }
  },
  "ContextAttributes": {
    "type": "object",
    "additionalProperties": {
      "anyOf": [{"type": ["string", "number", "boolean"]}, {"type": "array", "items": {"type": "string"}}]
    },
    "description": "Values by attribute, the targeting key among them."
  },
  "SavedContext": {
    "type": "object", "additionalProperties": false, "required": ["key", "attributes"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256},
      "description": {"type": "string", "maxLength": 4096},
      "attributes": {"$ref": "#/components/schemas/ContextAttributes"}
    }
  },
  "FlagTest": {
    "type": "object", "additionalProperties": false, "required": ["key", "flag", "expect"],
    "description": "What a flag must give; a publish that breaks it is refused.",
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "description": {"type": "string", "maxLength": 4096},
      "flag": {"$ref": "#/components/schemas/Key"},
      "environment": {"type": ["string", "null"], "description": "null: in every environment."},
      "context": {"type": ["string", "null"], "description": "Key of a saved context; else attributes."},
      "attributes": {"anyOf": [{"$ref": "#/components/schemas/ContextAttributes"}, {"type": "null"}]},
      "at": {"type": ["string", "null"], "format": "date-time", "description": "Time of the evaluation; null: now."},
      "expect": {
        "type": "object", "additionalProperties": false, "required": ["variant"],
        "properties": {
          "variant": {"type": ["string", "null"], "description": "null: the default of the caller."},
          "reason": {"type": ["string", "null"], "description": "null: any."},
          "rule": {"type": ["string", "null"], "description": "Id; null: any."}
        }
      }
    }
  },
  "FlagTestRuns": {
    "type": "object", "additionalProperties": false, "required": ["passed", "failed", "items"],
    "properties": {
      "passed": {"type": "integer"},
      "failed": {"type": "integer"},
      "items": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["key", "flag", "passed", "found", "text"],
          "properties": {
            "key": {"type": "string"},
            "flag": {"type": "string"},
            "passed": {"type": "boolean"},
            "found": {
              "type": "object", "additionalProperties": false, "required": ["variant", "reason", "rule"],
              "properties": {
                "variant": {"type": ["string", "null"], "description": "null: the default of the caller."},
                "reason": {"type": "string"},
                "rule": {"type": ["string", "null"]}
              }
            },
            "text": {"type": "string", "description": "What is wrong; empty when it passed."}
          }
        }
      }
    }
  },
  "FlagTestRequest": {"type": "object", "additionalProperties": false},
  "MetricGroup": {
    "type": "object", "additionalProperties": false, "required": ["key", "metrics"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256},
      "description": {"type": "string", "maxLength": 4096},
      "metrics": {"type": "array", "maxItems": 64, "items": {"$ref": "#/components/schemas/Key"}}
    }
  },
  "Template": {
    "type": "object", "additionalProperties": false, "required": ["key", "of", "body"],
    "description": "What a new flag, experiment or rule begins with.",
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256},
      "description": {"type": "string", "maxLength": 4096},
      "of": {"type": "string", "enum": ["flag", "experiment", "rule"]},
      "body": {"type": "object", "description": "Without key, status, times and salts."}
    }
  }
})json";

}  // namespace

SchemaPart ResourceSchemas() {
  return {.text = kResourceSchemas,
          .stored = {"Override", "SavedContext", "FlagTest", "MetricGroup", "Template"},
          .paged = {"Override", "SavedContext", "FlagTest", "MetricGroup", "Template"}};
}

}  // namespace expt::api
