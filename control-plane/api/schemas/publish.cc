// SDK keys, publishes, rings and the instances that take them.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kPublishSchemas[] = R"json({
  "SdkKeyRequest": {
    "type": "object", "additionalProperties": false, "required": ["kind"],
    "properties": {
      "kind": {"type": "string", "enum": ["server", "client"]},
      "name": {"type": "string", "maxLength": 256},
      "scopes": {"$ref": "#/components/schemas/SdkScopes"},
      "expires": {
        "type": ["string", "null"], "format": "date-time", "description": "Never when it is left out."
      }
    }
  },
  "SdkScopes": {
    "type": "array", "minItems": 1, "items": {"type": "string", "enum": ["snapshots", "events"]},
    "description": "What a key is for: to read snapshots, to send events. Both when it is left out."
  },
  "SdkKeyRotation": {
    "type": "object", "additionalProperties": false,
    "properties": {
      "overlap_seconds": {
        "type": "integer", "minimum": 0, "maximum": 7776000, "default": 86400,
        "description": "How long the old key is valid still."
      },
      "expires": {
        "type": ["string", "null"], "format": "date-time", "description": "Of the new key; never when it is left out."
      }
    }
  },
  "SdkKey": {
    "type": "object", "additionalProperties": false,
    "required": ["key_id", "kind", "scopes", "name", "created", "last_used", "expires", "replaced_by", "revoked"],
    "properties": {
      "key_id": {"type": "string"},
      "kind": {"type": "string", "enum": ["server", "client"]},
      "scopes": {"$ref": "#/components/schemas/SdkScopes"},
      "name": {"type": "string"},
      "created": {"$ref": "#/components/schemas/Instant"},
      "last_used": {"type": ["string", "null"], "format": "date-time", "description": "To the minute."},
      "expires": {"type": ["string", "null"], "format": "date-time", "description": "401 from then on."},
      "replaced_by": {"type": ["string", "null"], "description": "key_id of its successor."},
      "revoked": {"type": ["string", "null"], "format": "date-time"}
    }
  },
  "PublishRequest": {
    "type": "object", "additionalProperties": false,
    "properties": {
      "comment": {"type": ["string", "null"], "maxLength": 1024},
      "allow_empty": {"type": "boolean", "default": false, "description": "No flag at all is meant."}
    }
  },
  "PublishReply": {
    "type": "object", "additionalProperties": false,
    "required": ["version", "digest", "client_digest", "flags", "warnings", "rings"],
    "properties": {
      "version": {"type": "integer"},
      "digest": {"type": "string", "description": "SHA-256 of the server snapshot's payload."},
      "client_digest": {"type": "string"},
      "flags": {"type": "integer"},
      "warnings": {"type": "array", "items": {"type": "string"}},
      "rings": {
        "description": "null: it went to everyone at once.",
        "oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Rings"}]
      }
    }
  },
  "PublishPreview": {
    "type": "object", "additionalProperties": false,
    "required": ["published_version", "content", "live_flags", "created_flags", "updated_flags", "removed_flags",
                 "needs_approval", "contexts", "moved_contexts", "flags", "problems", "warnings"],
    "properties": {
      "published_version": {"type": ["integer", "null"]},
      "content": {"type": "string", "description": "Digest of what would decide; the same as long as nothing changes."},
      "live_flags": {"type": "integer"},
      "created_flags": {"type": "integer"},
      "updated_flags": {"type": "integer", "description": "With those that depend on a changed flag or segment."},
      "removed_flags": {"type": "integer"},
      "needs_approval": {"type": "boolean", "description": "A second person must approve this content."},
      "contexts": {"type": "integer", "description": "That were made from what the changed rules ask for."},
      "moved_contexts": {"type": "integer", "description": "That would get another variant or value of some flag."},
      "flags": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false,
          "required": ["key", "change", "moved_contexts", "moves", "experiments"],
          "properties": {
            "key": {"$ref": "#/components/schemas/Key"},
            "change": {"type": "string", "enum": ["created", "updated", "removed"]},
            "moved_contexts": {"type": "integer"},
            "moves": {
              "type": "array",
              "items": {
                "type": "object", "additionalProperties": false, "required": ["from", "to", "contexts"],
                "properties": {
                  "from": {"type": ["string", "null"], "description": "Variant; null: the caller's default."},
                  "to": {"type": ["string", "null"]},
                  "contexts": {"type": "integer"}
                }
              }
            },
            "experiments": {"type": "array", "items": {"$ref": "#/components/schemas/Key"}}
          }
        }
      },
      "problems": {"type": "array", "items": {"type": "string"}},
      "warnings": {"type": "array", "items": {"type": "string"}}
    }
  },
  "Approval": {
    "type": "object", "additionalProperties": false, "required": ["content"],
    "properties": {"content": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "Of the preview."}}
  },
  "ApprovalReply": {
    "type": "object", "additionalProperties": false, "required": ["content", "actor"],
    "properties": {"content": {"type": "string"}, "actor": {"type": "string"}}
  },
  "Rings": {
    "type": "object", "additionalProperties": false,
    "required": ["state", "version", "stable_version", "ring", "share", "bake", "entered", "next", "ended",
                 "withdrawn_as", "reason"],
    "properties": {
      "state": {"type": "string", "enum": ["under_way", "complete", "halted"]},
      "version": {"type": "integer", "description": "The candidate."},
      "stable_version": {"type": "integer", "description": "What everybody else has, or had."},
      "ring": {"type": ["integer", "null"], "description": "1 to 4; null: it went to everyone, and was withdrawn."},
      "share": {"type": ["integer", "null"], "description": "Of all clients, in parts per million."},
      "bake": {"type": "integer", "description": "Seconds in each ring."},
      "entered": {"type": ["string", "null"], "format": "date-time"},
      "next": {"type": ["string", "null"], "format": "date-time", "description": "When the ring has baked."},
      "ended": {"type": ["string", "null"], "format": "date-time"},
      "withdrawn_as": {"type": ["integer", "null"], "description": "The version with the stable content again."},
      "reason": {"type": "string", "description": "Of the end."}
    }
  },
  "RingsRequest": {
    "type": "object", "additionalProperties": false,
    "properties": {"reason": {"type": "string", "maxLength": 1024, "description": "For the audit."}}
  },
  "Instances": {
    "type": "object", "additionalProperties": false,
    "required": ["total", "by_version", "by_verdict", "warnings", "items", "next_cursor"],
    "properties": {
      "total": {"type": "integer", "description": "Clients that reported in the last hour."},
      "by_version": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["version", "count"],
          "properties": {
            "version": {"type": ["integer", "null"], "description": "What they serve; null: nothing yet."},
            "count": {"type": "integer"}
          }
        }
      },
      "by_verdict": {
        "type": "object", "additionalProperties": {"type": "integer"},
        "description": "none, on_trial, ack, and nack_ with its kind: transfer, security, content or crash."
      },
      "warnings": {"type": "array", "items": {"type": "string"}},
      "items": {"type": "array", "items": {"$ref": "#/components/schemas/Instance"}},
      "next_cursor": {"type": ["string", "null"]}
    }
  },
  "Instance": {
    "type": "object", "additionalProperties": false,
    "required": ["instance_id", "audience", "sdk", "sdk_version", "seen", "head_number", "served_version", "state",
                 "verdict"],
    "properties": {
      "instance_id": {"type": "string"},
      "audience": {"type": "string", "enum": ["server", "client"]},
      "sdk": {"type": "string"},
      "sdk_version": {"type": "string"},
      "seen": {"$ref": "#/components/schemas/Instant"},
      "head_number": {"type": "integer"},
      "served_version": {"type": ["integer", "null"]},
      "state": {"type": "string", "enum": ["not_ready", "fresh", "stale", "very_stale"]},
      "verdict": {
        "description": "What became of the snapshot, or the Head, that it was offered last.",
        "oneOf": [
          {"type": "null"},
          {
            "type": "object", "additionalProperties": false, "required": ["result", "kind", "version", "step", "code"],
            "properties": {
              "result": {"type": "string", "enum": ["on_trial", "ack", "nack"]},
              "kind": {"type": "string", "enum": ["none", "transfer", "security", "content", "crash"]},
              "version": {"type": ["integer", "null"], "description": "null: a Head was refused, or it is not known."},
              "step": {"type": "integer"},
              "code": {"type": ["string", "null"], "description": "As docs/snapshot-format.md names it."}
            }
          }
        ]
      }
    }
  },
  "Changes": {
    "type": "object", "additionalProperties": false,
    "required": ["published_version", "published", "changes", "problems"],
    "properties": {
      "published_version": {"type": ["integer", "null"]},
      "published": {"type": ["string", "null"], "format": "date-time"},
      "changes": {
        "type": "array", "description": "By kind and key. What was changed back is not listed.",
        "items": {
          "type": "object", "additionalProperties": false,
          "required": ["kind", "key", "change", "before", "after", "actor", "time"],
          "properties": {
            "kind": {
              "type": "string",
              "enum": ["flag", "flag_configuration", "segment", "attribute", "experiment", "layer", "holdout", "override"]
            },
            "key": {"$ref": "#/components/schemas/Key"},
            "change": {"type": "string", "enum": ["created", "updated", "archived"]},
            "before": {"type": ["object", "null"], "description": "As published."},
            "after": {"type": ["object", "null"], "description": "As it is now."},
            "actor": {"type": "string", "description": "Of the last change, as in the audit."},
            "time": {"type": "string", "format": "date-time", "description": "Of the last change."}
          }
        }
      },
      "problems": {
        "type": "array", "description": "Why a publish would be refused.",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["pointer", "text"],
          "properties": {
            "pointer": {"type": "string", "description": "Into the documents of the environment: /flags/checkout/rules/0"},
            "text": {"type": "string"}
          }
        }
      }
    }
  }
})json";

}  // namespace

SchemaPart PublishSchemas() { return {.text = kPublishSchemas, .paged = {"SdkKey"}}; }

}  // namespace expt::api
