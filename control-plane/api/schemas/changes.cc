// Revisions, and change requests: drafts of edits, what others say about them, and what they come to.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kChangeSchemas[] = R"json({
  "ChangeRequestState": {"type": "string", "enum": ["open", "in_review", "approved", "applied", "closed"]},
  "DocumentKind": {
    "type": "string",
    "enum": ["flag", "flag_configuration", "segment", "attribute", "metric", "experiment", "layer", "holdout"]
  },
  "Edit": {
    "type": "object", "additionalProperties": false, "required": ["kind", "key"],
    "properties": {
      "kind": {"$ref": "#/components/schemas/DocumentKind"},
      "key": {"$ref": "#/components/schemas/Key"},
      "base_revision": {
        "type": "integer", "minimum": 0,
        "description": "Of the document that the edit was made from; 0: there was none. Left out: that of now."
      },
      "body": {"type": "object", "description": "The document as it is to be. Checked when it is submitted."},
      "archive": {"type": "boolean", "description": "true, instead of a body: the document is to be archived."}
    }
  },
  "ChangeRequest": {
    "type": "object", "additionalProperties": false, "required": ["title"],
    "properties": {
      "title": {"type": "string", "minLength": 1, "maxLength": 256},
      "description": {"type": "string", "maxLength": 16384},
      "edits": {"type": "array", "maxItems": 2000, "items": {"$ref": "#/components/schemas/Edit"}},
      "apply": {"type": "boolean", "writeOnly": true, "description": "true: make the edits and publish them at once."},
      "id": {"type": "string", "readOnly": true},
      "number": {"type": "integer", "readOnly": true},
      "state": {"$ref": "#/components/schemas/ChangeRequestState", "readOnly": true},
      "actor": {"type": "string", "readOnly": true, "description": "Who made it."},
      "created": {"type": "string", "format": "date-time", "readOnly": true},
      "updated": {"type": "string", "format": "date-time", "readOnly": true},
      "approvals": {
        "type": "array", "readOnly": true, "description": "Of the edits as they are.",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["actor", "time"],
          "properties": {"actor": {"type": "string"}, "time": {"$ref": "#/components/schemas/Instant"}}
        }
      },
      "approvals_needed": {"type": "integer", "readOnly": true, "description": "0: nobody need approve it."},
      "publish_at": {"type": ["string", "null"], "format": "date-time", "readOnly": true},
      "applied": {
        "type": ["object", "null"], "readOnly": true, "additionalProperties": false,
        "required": ["actor", "time", "state_revision", "version"],
        "properties": {
          "actor": {"type": "string"},
          "time": {"$ref": "#/components/schemas/Instant"},
          "state_revision": {"type": "integer", "description": "Of the store, behind the edits."},
          "version": {"type": ["integer", "null"], "description": "Of the publish; null: none yet."}
        }
      },
      "failure": {
        "type": ["object", "null"], "readOnly": true, "additionalProperties": false, "required": ["time", "text"],
        "description": "Why the last attempt came to nothing.",
        "properties": {"time": {"$ref": "#/components/schemas/Instant"}, "text": {"type": "string"}}
      },
      "warnings": {
        "type": "array", "readOnly": true, "items": {"type": "string"},
        "description": "Of the publish; only in the answer to it."
      }
    }
  },
  "ChangeRequestDiff": {
    "type": "object", "additionalProperties": false, "required": ["edits", "problems", "warnings"],
    "properties": {
      "edits": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false,
          "required": ["kind", "key", "base_revision", "revision", "moved", "changes"],
          "properties": {
            "kind": {"$ref": "#/components/schemas/DocumentKind"},
            "key": {"$ref": "#/components/schemas/Key"},
            "base_revision": {"type": "integer"},
            "revision": {"type": "integer", "description": "Of the document now."},
            "moved": {"type": "boolean", "description": "Somebody has changed the document since."},
            "changes": {"$ref": "#/components/schemas/Differences"}
          }
        }
      },
      "problems": {
        "type": "array", "description": "What submitting it would answer.",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["pointer", "text"],
          "properties": {"pointer": {"type": "string"}, "text": {"type": "string"}}
        }
      },
      "warnings": {"type": "array", "items": {"type": "string"}, "description": "What the edits do to units."}
    }
  },
  "Differences": {
    "type": "array",
    "items": {
      "type": "object", "additionalProperties": false, "required": ["pointer", "before", "after"],
      "properties": {
        "pointer": {"type": "string", "description": "JSON pointer into the document."},
        "before": {"description": "null: not there."},
        "after": {"description": "null: not there."}
      }
    }
  },
  "EnvironmentRevert": {
    "type": "object", "additionalProperties": false, "required": ["to"],
    "properties": {"to": {"type": "integer", "minimum": 1, "description": "A version that was published."}}
  },
  "CopyRequest": {
    "type": "object", "additionalProperties": false, "required": ["from"],
    "properties": {
      "from": {"$ref": "#/components/schemas/Key", "description": "Another environment of the project."},
      "flags": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/Key"}},
      "all": {"type": "boolean", "default": false, "description": "Instead of flags: all of them."},
      "dry_run": {"type": "boolean", "default": false, "description": "Only the diff."}
    }
  },
  "CopyReply": {
    "type": "object", "additionalProperties": false, "required": ["change_request", "diff"],
    "properties": {
      "change_request": {"anyOf": [{"$ref": "#/components/schemas/ChangeRequest"}, {"type": "null"}]},
      "diff": {"$ref": "#/components/schemas/ChangeRequestDiff"}
    }
  },
  "RevisionNumber": {"type": "integer", "minimum": 1},
  "Revision": {
    "type": "object", "additionalProperties": false, "required": ["revision", "time", "actor", "action", "changes"],
    "properties": {
      "revision": {"$ref": "#/components/schemas/RevisionNumber"},
      "time": {"$ref": "#/components/schemas/Instant"},
      "actor": {"type": "string", "description": "As in the audit."},
      "action": {"type": "string", "description": "create, replace, archive, or a step of an experiment, as in the audit."},
      "changes": {"$ref": "#/components/schemas/Differences"}
    }
  },
  "RevisionBody": {
    "type": "object", "additionalProperties": false,
    "required": ["revision", "time", "actor", "action", "changes", "body"],
    "properties": {
      "revision": {"$ref": "#/components/schemas/RevisionNumber"},
      "time": {"$ref": "#/components/schemas/Instant"},
      "actor": {"type": "string"},
      "action": {"type": "string", "description": "create, replace, archive, or a step of an experiment, as in the audit."},
      "changes": {"$ref": "#/components/schemas/Differences"},
      "body": {"type": "object", "description": "The document as this revision has it."}
    }
  },
  "Revert": {
    "type": "object", "additionalProperties": false, "required": ["to"],
    "properties": {"to": {"$ref": "#/components/schemas/RevisionNumber"}}
  },
  "Review": {
    "type": "object", "additionalProperties": false, "required": ["verdict"],
    "properties": {
      "verdict": {"type": "string", "enum": ["approve", "request_changes"]},
      "text": {"type": "string", "maxLength": 4096, "description": "Required with request_changes."}
    }
  },
  "Schedule": {
    "type": "object", "additionalProperties": false,
    "properties": {"publish_at": {"type": ["string", "null"], "format": "date-time", "description": "null: no time."}}
  },
  "CommentRequest": {
    "type": "object", "additionalProperties": false, "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1, "maxLength": 4096}}
  },
  "Comment": {
    "type": "object", "additionalProperties": false,
    "required": ["number", "time", "actor", "verdict", "revision", "text"],
    "properties": {
      "number": {"type": "integer"},
      "time": {"$ref": "#/components/schemas/Instant"},
      "actor": {"type": "string"},
      "verdict": {"type": "string", "enum": ["comment", "approve", "request_changes"]},
      "revision": {"type": "integer", "description": "Of the change request that was looked at."},
      "text": {"type": "string"}
    }
  }
})json";

}  // namespace

SchemaPart ChangesSchemas() {
  return {.text = kChangeSchemas, .paged = {"ChangeRequest", "Comment", "Revision"}};
}

}  // namespace expt::api
