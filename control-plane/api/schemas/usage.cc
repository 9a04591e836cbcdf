// What is used, where code names it, and what is shown to others.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kUsageSchemas[] = R"json({
  "UsageDays": {"type": "integer", "minimum": 1, "maximum": 365, "default": 30},
  "FlagUsage": {
    "type": "object", "additionalProperties": false,
    "required": ["flag", "first_seen", "last_seen", "evaluations", "variants", "days", "sdks"],
    "properties": {
      "flag": {"type": "string"},
      "first_seen": {"type": ["string", "null"], "format": "date-time", "description": "null: never."},
      "last_seen": {"type": ["string", "null"], "format": "date-time", "description": "null: never."},
      "evaluations": {"type": "integer", "description": "Since the first."},
      "variants": {
        "type": "array", "description": "Of the days that were asked for.",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["variant", "count"],
          "properties": {
            "variant": {"type": ["string", "null"], "description": "null: the default of the caller."},
            "count": {"type": "integer"}
          }
        }
      },
      "days": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["day", "variant", "reason", "count"],
          "properties": {
            "day": {"type": "string", "format": "date", "description": "In UTC."},
            "variant": {"type": ["string", "null"]},
            "reason": {"type": "string"},
            "count": {"type": "integer"}
          }
        }
      },
      "sdks": {
        "type": "array", "description": "Clients of the environment that reported in the last hour.",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["sdk", "version", "instances"],
          "properties": {
            "sdk": {"type": "string"}, "version": {"type": "string"}, "instances": {"type": "integer"}
          }
        }
      }
    }
  },
  "StaleFlags": {
    "type": "object", "additionalProperties": false, "required": ["items"],
    "properties": {
      "items": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["flag", "last_seen", "reasons"],
          "properties": {
            "flag": {"type": "string"},
            "last_seen": {"type": ["string", "null"], "format": "date-time", "description": "null: never."},
            "reasons": {
              "type": "array", "minItems": 1,
              "items": {
                "type": "object", "additionalProperties": false, "required": ["reason", "since", "text"],
                "properties": {
                  "reason": {
                    "type": "string",
                    "enum": ["never_evaluated", "not_evaluated", "rolled_out", "switched_off", "experiment_ended",
                             "unchanged"]
                  },
                  "since": {"$ref": "#/components/schemas/Instant"},
                  "text": {"type": "string", "description": "What is so, and how to clean up."}
                }
              }
            }
          }
        }
      }
    }
  },
  "AttributeValues": {
    "type": "object", "additionalProperties": false, "required": ["items"],
    "properties": {
      "items": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["value", "count", "last_seen"],
          "properties": {
            "value": {"description": "As the attribute's type says."},
            "count": {"type": "integer", "description": "Exposures that carried it."},
            "last_seen": {"$ref": "#/components/schemas/Instant"}
          }
        }
      }
    }
  },
  "CodeScan": {
    "type": "object", "additionalProperties": false, "required": ["repository", "branch", "references"],
    "properties": {
      "repository": {"type": "string", "minLength": 1, "maxLength": 256},
      "branch": {"type": "string", "minLength": 1, "maxLength": 256},
      "commit": {"type": "string", "maxLength": 64},
      "references": {
        "type": "array", "maxItems": 20000,
        "items": {
          "type": "object", "additionalProperties": false, "required": ["flag", "path", "line"],
          "properties": {
            "flag": {"$ref": "#/components/schemas/Key"},
            "path": {"type": "string", "minLength": 1, "maxLength": 1024},
            "line": {"type": "integer", "minimum": 1},
            "text": {"type": "string", "maxLength": 512}
          }
        }
      }
    }
  },
  "CodeScanReply": {
    "type": "object", "additionalProperties": false,
    "required": ["repository", "branch", "commit", "references", "flags", "unknown_flags"],
    "properties": {
      "repository": {"type": "string"},
      "branch": {"type": "string"},
      "commit": {"type": "string"},
      "references": {"type": "integer"},
      "flags": {"type": "integer"},
      "unknown_flags": {"type": "array", "items": {"type": "string"}, "description": "Keys that the project has not."}
    }
  },
  "CodeScans": {
    "type": "object", "additionalProperties": false, "required": ["items"],
    "properties": {
      "items": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false,
          "required": ["repository", "branch", "commit", "scanned", "references", "flags"],
          "properties": {
            "repository": {"type": "string"},
            "branch": {"type": "string"},
            "commit": {"type": "string"},
            "scanned": {"$ref": "#/components/schemas/Instant"},
            "references": {"type": "integer"},
            "flags": {"type": "integer"}
          }
        }
      }
    }
  },
  "CodeReferences": {
    "type": "object", "additionalProperties": false, "required": ["items", "has_more"],
    "properties": {
      "items": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false,
          "required": ["repository", "branch", "commit", "path", "line", "text"],
          "properties": {
            "repository": {"type": "string"},
            "branch": {"type": "string"},
            "commit": {"type": "string"},
            "path": {"type": "string"},
            "line": {"type": "integer"},
            "text": {"type": "string"}
          }
        }
      },
      "has_more": {"type": "boolean"}
    }
  },
  "Dashboard": {
    "type": "object", "additionalProperties": false, "required": ["key", "blocks"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256},
      "description": {"type": "string", "maxLength": 4096},
      "blocks": {
        "type": "array", "maxItems": 64,
        "items": {
          "oneOf": [
            {
              "type": "object", "additionalProperties": false, "required": ["type", "text"],
              "properties": {"type": {"type": "string", "const": "text"}, "text": {"type": "string", "maxLength": 16384}}
            },
            {
              "type": "object", "additionalProperties": false, "required": ["type", "environment", "experiment"],
              "properties": {
                "type": {"type": "string", "const": "results"},
                "environment": {"$ref": "#/components/schemas/Key"},
                "experiment": {"$ref": "#/components/schemas/Key"},
                "metrics": {"type": "array", "maxItems": 64, "items": {"$ref": "#/components/schemas/Key"}}
              }
            }
          ]
        }
      }
    }
  },
  "ShareRequest": {
    "type": "object", "additionalProperties": false, "required": ["kind", "key", "expires"],
    "properties": {
      "kind": {"type": "string", "enum": ["experiment", "dashboard"]},
      "environment": {"type": "string", "description": "Of an experiment."},
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256},
      "expires": {"$ref": "#/components/schemas/Instant"},
      "frozen": {"type": "boolean", "default": false, "description": "It goes on showing what there is now."}
    }
  },
  "Share": {
    "type": "object", "additionalProperties": false,
    "required": ["id", "kind", "environment", "key", "name", "actor", "frozen", "created", "expires", "revoked"],
    "properties": {
      "id": {"type": "string"},
      "kind": {"type": "string", "enum": ["experiment", "dashboard"]},
      "environment": {"type": ["string", "null"]},
      "key": {"type": "string"},
      "name": {"type": "string"},
      "actor": {"type": "string", "description": "Who made it."},
      "frozen": {"type": "boolean"},
      "created": {"$ref": "#/components/schemas/Instant"},
      "expires": {"type": ["string", "null"], "format": "date-time"},
      "revoked": {"type": ["string", "null"], "format": "date-time", "description": "null: valid."}
    }
  },
  "Shared": {
    "type": "object", "additionalProperties": false,
    "required": ["kind", "name", "as_of", "expires", "frozen", "content"],
    "properties": {
      "kind": {"type": "string", "enum": ["experiment", "dashboard"]},
      "name": {"type": "string"},
      "as_of": {"$ref": "#/components/schemas/Instant"},
      "expires": {"$ref": "#/components/schemas/Instant"},
      "frozen": {"type": "boolean"},
      "content": {
        "type": "object",
        "description": "Of an experiment: experiment, results (see getResults), problem. Else dashboard, blocks."
      }
    }
  }
})json";

}  // namespace

SchemaPart UsageSchemas() {
  return {.text = kUsageSchemas, .stored = {"Dashboard"}, .paged = {"Dashboard", "Share"}};
}

}  // namespace expt::api
