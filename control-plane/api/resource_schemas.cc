#include "control-plane/api/resource_schemas.h"

namespace expt::api {
namespace {

constexpr std::string_view kResourceSchemas = R"json({
  "UploadedList": {
    "type": "object", "additionalProperties": false, "required": ["bucket_by", "count", "digest", "updated"],
    "properties": {
      "bucket_by": {"type": "string"},
      "count": {"type": "integer", "minimum": 1},
      "digest": {"type": "string", "description": "SHA-256 of the sorted unit ids, each with a line feed behind it."},
      "updated": {"$ref": "#/components/schemas/Instant"}
    }
  },
  "MemberChange": {
    "type": "object", "additionalProperties": false,
    "properties": {
      "add": {"type": "array", "maxItems": 10000, "items": {"type": "string"}},
      "remove": {"type": "array", "maxItems": 10000, "items": {"type": "string"}},
      "bucket_by": {"type": "string", "description": "Of a list that is not there yet."}
    }
  },
  "CsvFile": {
    "type": "string", "contentMediaType": "text/csv",
    "description": "RFC 4180 in UTF-8, with one column of unit ids or a header that names them."
  },
  "UploadMode": {"type": "string", "enum": ["replace", "add"], "default": "replace"},
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

std::string_view ResourceSchemas() { return kResourceSchemas; }

}  // namespace expt::api
