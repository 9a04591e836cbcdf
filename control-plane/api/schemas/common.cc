// What several parts refer to: keys, pages, problems.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kCommonSchemas[] = R"json({
  "Key": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"},
  "PathSegment": {"type": "string", "minLength": 1},
  "Limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
  "Cursor": {"type": "string"},
  "Archived": {"type": "boolean", "default": false},
  "QueryText": {"type": "string", "minLength": 1, "maxLength": 256},
  "Audience": {"type": "string", "enum": ["server", "client"], "default": "server"},
  "Alpha": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
  "Mode": {"type": "string", "enum": ["any_time", "fixed"]},
  "Instant": {"type": "string", "format": "date-time"},
  "Ppm": {"type": "integer", "minimum": 0, "maximum": 1000000, "description": "Parts per million."},
  "Salt": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$", "description": "Made when it is left out."},
  "File": {"type": "string", "contentMediaType": "application/octet-stream", "description": "Bytes."},
  "Text": {"type": "string"},
  "OpenApi": {"type": "object"},
  "Weights": {
    "type": "object", "additionalProperties": {"$ref": "#/components/schemas/Ppm"},
    "description": "Share of each variant; the shares sum to 1000000."
  },
  "Problem": {
    "type": "object", "additionalProperties": false, "required": ["type", "title", "status"],
    "properties": {
      "type": {"type": "string", "const": "about:blank"},
      "title": {"type": "string"},
      "status": {"type": "integer"},
      "detail": {"type": "string"},
      "request_id": {"type": "string", "description": "Stands in the log line, too."},
      "errors": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["pointer", "text"],
          "properties": {
            "pointer": {"type": "string", "description": "JSON pointer into what was sent."},
            "text": {"type": "string"}
          }
        }
      }
    }
  },
  "Health": {
    "type": "object", "additionalProperties": false, "required": ["status"],
    "properties": {
      "status": {"type": "string", "enum": ["ok", "not_ready"]},
      "checks": {"type": "object", "additionalProperties": {"type": "string", "enum": ["ok", "failing"]}}
    }
  },
  "Warnings": {"type": "array", "items": {"type": "string"}, "description": "Sentences."}
})json";

}  // namespace

SchemaPart CommonSchemas() { return {.text = kCommonSchemas}; }

}  // namespace expt::api
