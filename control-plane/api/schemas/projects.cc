// Projects and environments.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kProjectsSchemas[] = R"json({
  "Project": {
    "type": "object", "additionalProperties": false, "required": ["key"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256},
      "tags": {"type": "array", "maxItems": 64, "items": {"type": "string", "minLength": 1, "maxLength": 64}},
      "owner": {"type": "string", "maxLength": 128}
    }
  },
  "Environment": {
    "type": "object", "additionalProperties": false, "required": ["key"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256},
      "epoch": {"type": ["integer", "null"], "readOnly": true, "description": "null: no Root names it yet."},
      "root_version": {"type": ["integer", "null"], "readOnly": true},
      "published_version": {"type": ["integer", "null"], "readOnly": true},
      "rings": {
        "type": "string", "enum": ["none", "staged"], "default": "none",
        "description": "Whether a publish goes to everyone at once or to 1, 10, 50 and 100 % of all clients."
      },
      "bake": {
        "type": "integer", "minimum": 1, "maximum": 86400, "default": 300, "description": "Seconds in each ring."
      },
      "rings_offered": {
        "type": "boolean", "readOnly": true, "description": "50 clients reported in the last hour: enough for rings."
      },
      "review": {
        "type": "object", "additionalProperties": false,
        "description": "Whether changes go through change requests that others approve. Left out: as it was.",
        "properties": {
          "required": {"type": "boolean", "default": false},
          "approvals": {"type": "integer", "minimum": 1, "maximum": 3, "default": 1}
        }
      },
      "freezes": {
        "type": "array", "maxItems": 100, "description": "Times in which nothing is published. Left out: as they were.",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["from", "until", "reason"],
          "properties": {
            "from": {"$ref": "#/components/schemas/Instant"},
            "until": {"$ref": "#/components/schemas/Instant"},
            "reason": {"type": "string", "minLength": 1, "maxLength": 1024}
          }
        }
      }
    }
  }
})json";

}  // namespace

SchemaPart ProjectsSchemas() {
  return {.text = kProjectsSchemas, .stored = {"Project", "Environment"}, .paged = {"Project", "Environment"}};
}

}  // namespace expt::api
