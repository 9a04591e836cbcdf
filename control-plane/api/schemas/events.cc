// Accounting of events, and those that were refused.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kEventsSchemas[] = R"json({
  "Accounting": {
    "type": "object", "additionalProperties": false,
    "required": ["accepted", "totals", "dropped_total", "received", "dropped", "lost", "sequences", "experiments"],
    "properties": {
      "accepted": {"type": "integer", "description": "Events taken in; each has one outcome."},
      "totals": {"type": "object", "additionalProperties": {"type": "integer"}, "description": "By outcome."},
      "dropped_total": {"type": "integer", "description": "What clients say they had to drop."},
      "received": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false,
          "required": ["kind", "outcome", "experiment", "variant", "count"],
          "properties": {
            "kind": {"type": "string", "enum": ["exposure", "metric", "identify", "summary", "unreadable"]},
            "outcome": {
              "type": "string",
              "enum": ["stored", "stored_time_suspect", "duplicate", "rejected", "conflict", "expired"]
            },
            "experiment": {"type": "string"},
            "variant": {"type": "string"},
            "count": {"type": "integer"}
          }
        }
      },
      "dropped": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false,
          "required": ["kind", "reason", "experiment", "variant", "count"],
          "properties": {
            "kind": {"type": "string"},
            "reason": {"type": "string"},
            "experiment": {"type": "string"},
            "variant": {"type": "string"},
            "count": {"type": "integer"}
          }
        }
      },
      "lost": {
        "type": "object", "additionalProperties": false, "required": ["known", "unknown"],
        "properties": {
          "known": {"type": "integer", "description": "Quarantined, expired, or dropped as clients declare."},
          "unknown": {"type": "integer", "description": "Missing in the sequence numbers of clients, for now."}
        }
      },
      "sequences": {
        "type": "object", "additionalProperties": false,
        "required": ["instances", "sent", "received", "declared", "unknown"],
        "description": "Of the instances of clients: sent = received + declared + unknown.",
        "properties": {
          "instances": {"type": "integer"},
          "sent": {"type": "integer"},
          "received": {"type": "integer", "description": "Different numbers that have come."},
          "declared": {"type": "integer", "description": "Missing numbers that declared drops explain."},
          "unknown": {"type": "integer"}
        }
      },
      "experiments": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["experiment", "variants", "p", "alarm"],
          "properties": {
            "experiment": {"type": "string"},
            "variants": {"$ref": "#/components/schemas/LossesByVariant"},
            "p": {"$ref": "#/components/schemas/Number"},
            "alarm": {"type": "boolean"}
          }
        }
      }
    }
  },
  "LossesByVariant": {
    "type": "array", "description": "Exposures, over all phases. Lost are quarantined, expired and dropped ones.",
    "items": {
      "type": "object", "additionalProperties": false,
      "required": ["variant", "accepted", "stored", "duplicate", "quarantined", "expired", "dropped"],
      "properties": {
        "variant": {"type": "string"},
        "accepted": {"type": "integer"},
        "stored": {"type": "integer"},
        "duplicate": {"type": "integer"},
        "quarantined": {"type": "integer"},
        "expired": {"type": "integer"},
        "dropped": {"type": "integer", "description": "As clients declare, but for what the server rejected."}
      }
    }
  },
  "Quarantine": {
    "type": "object", "additionalProperties": false,
    "required": ["code", "text", "sender", "bytes", "first_seen", "last_seen", "count"],
    "properties": {
      "code": {"type": "string"},
      "text": {"type": "string"},
      "sender": {"type": "string", "description": "SDK and version."},
      "bytes": {"type": "string", "contentEncoding": "base64", "description": "The event as it was sent."},
      "first_seen": {"$ref": "#/components/schemas/Instant"},
      "last_seen": {"$ref": "#/components/schemas/Instant"},
      "count": {"type": "integer"}
    }
  }
})json";

}  // namespace

SchemaPart EventsSchemas() { return {.text = kEventsSchemas, .paged = {"Quarantine"}}; }

}  // namespace expt::api
