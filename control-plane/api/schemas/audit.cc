// The audit.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kAuditSchemas[] = R"json({
  "AuditEntry": {
    "type": "object", "additionalProperties": false,
    "required": ["number", "time", "actor", "address", "action", "project", "environment", "kind", "key", "before",
                 "after", "hash"],
    "properties": {
      "number": {"type": "integer"},
      "time": {"$ref": "#/components/schemas/Instant"},
      "actor": {"type": "string"},
      "address": {"type": "string"},
      "action": {"type": "string"},
      "project": {"type": "string"},
      "environment": {"type": "string"},
      "kind": {"type": "string"},
      "key": {"type": "string"},
      "before": {"type": ["object", "array", "string", "null"]},
      "after": {"type": ["object", "array", "string", "null"]},
      "hash": {"type": "string", "description": "SHA-256 of the hash before it and this entry."}
    }
  },
  "AuditActivity": {
    "type": "object", "additionalProperties": false, "required": ["items"],
    "properties": {
      "items": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["actor", "count", "first", "last", "actions"],
          "properties": {
            "actor": {"type": "string"},
            "count": {"type": "integer"},
            "first": {"$ref": "#/components/schemas/Instant"},
            "last": {"$ref": "#/components/schemas/Instant"},
            "actions": {"type": "object", "additionalProperties": {"type": "integer"}}
          }
        }
      }
    }
  },
  "PublicKey": {
    "type": "object", "additionalProperties": false, "required": ["format", "key_id", "public_key"],
    "properties": {
      "format": {"type": "string", "enum": ["expt-public-key/1"]},
      "key_id": {"type": "string", "description": "First 8 bytes of the key's SHA-256, hexadecimal."},
      "public_key": {"type": "string", "description": "Ed25519, base64."}
    }
  }
})json";

}  // namespace

SchemaPart AuditSchemas() { return {.text = kAuditSchemas, .paged = {"AuditEntry"}}; }

}  // namespace expt::api
