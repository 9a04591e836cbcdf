#include <nlohmann/json.hpp>

#include "control-plane/api/openapi.h"
#include "control-plane/api/resource_schemas.h"
#include "control-plane/service/permission.h"

namespace expt::api {
namespace {

// JSON Schema 2020-12. Pages ("FlagPage") are made below from the names of what they hold.
constexpr char kSchemas[] = R"json({
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

  "SetupRequest": {
    "type": "object", "additionalProperties": false, "required": ["token"],
    "properties": {
      "token": {"type": "string"},
      "email": {"$ref": "#/components/schemas/Email"},
      "password": {"$ref": "#/components/schemas/Password"},
      "name": {"type": "string", "maxLength": 256}
    }
  },
  "SetupReply": {
    "type": "object", "additionalProperties": false, "required": ["api_token"],
    "properties": {
      "api_token": {"type": "string", "description": "Of an administrator; shown here only."},
      "member": {"$ref": "#/components/schemas/Member"}
    }
  },
  "SessionRequest": {
    "type": "object", "additionalProperties": false,
    "description": "Either a token, or an e-mail address and a password.",
    "properties": {
      "token": {"type": "string", "description": "An API token."},
      "email": {"$ref": "#/components/schemas/Email"},
      "password": {"type": "string"},
      "totp": {"type": "string", "description": "Of the authenticator app, or a recovery code."}
    }
  },
  "Session": {
    "type": "object", "additionalProperties": false,
    "required": ["actor", "name", "email", "role", "is_fresh", "permissions"],
    "properties": {
      "actor": {"type": "string", "description": "As in the audit."},
      "name": {"type": "string"},
      "email": {"type": ["string", "null"], "description": "null: an API token."},
      "role": {
        "type": ["string", "null"], "enum": ["viewer", "analyst", "editor", "publisher", "admin", null],
        "description": "The highest built-in role that is held everywhere."
      },
      "is_fresh": {"type": "boolean", "description": "false: passwords and keys need another sign-in first."},
      "permissions": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false, "required": ["project", "environment", "permissions"],
          "properties": {
            "project": {"type": ["string", "null"], "description": "null: everywhere."},
            "environment": {"type": ["string", "null"], "description": "null: in the whole project."},
            "permissions": {"type": "array", "items": {"$ref": "#/components/schemas/Permission"}}
          }
        }
      }
    }
  },
  "Email": {"type": "string", "maxLength": 254},
  "Password": {
    "type": "string", "minLength": 8, "maxLength": 512,
    "description": "Any characters; not one of the 3000 most common passwords."
  },
  "TicketRequest": {
    "type": "object", "additionalProperties": false, "required": ["token", "password"],
    "properties": {"token": {"type": "string"}, "password": {"$ref": "#/components/schemas/Password"}}
  },
  "PasswordRequest": {
    "type": "object", "additionalProperties": false, "required": ["password", "new_password"],
    "properties": {
      "password": {"type": "string", "description": "Of today."},
      "new_password": {"$ref": "#/components/schemas/Password"}
    }
  },
  "EmailRequest": {
    "type": "object", "additionalProperties": false, "required": ["email"],
    "properties": {"email": {"$ref": "#/components/schemas/Email"}}
  },
  "TotpSecret": {
    "type": "object", "additionalProperties": false, "required": ["secret", "uri"],
    "properties": {
      "secret": {"type": "string", "description": "Base32; shown here only."},
      "uri": {"type": "string", "description": "otpauth://totp/…, for a QR code."}
    }
  },
  "TotpCode": {
    "type": "object", "additionalProperties": false, "required": ["code"],
    "properties": {"code": {"type": "string"}}
  },
  "RecoveryCodes": {
    "type": "object", "additionalProperties": false, "required": ["recovery_codes"],
    "properties": {
      "recovery_codes": {
        "type": "array", "items": {"type": "string"},
        "description": "Each stands once for a code of the app; shown here only."
      }
    }
  },
  "LoginSession": {
    "type": "object", "additionalProperties": false,
    "required": ["id", "created", "last_used", "address", "agent", "is_this"],
    "properties": {
      "id": {"type": "string"},
      "created": {"$ref": "#/components/schemas/Instant"},
      "last_used": {"$ref": "#/components/schemas/Instant"},
      "address": {"type": "string"},
      "agent": {"type": "string", "description": "What the browser called itself."},
      "is_this": {"type": "boolean"}
    }
  },
  "MemberRequest": {
    "type": "object", "additionalProperties": false, "required": ["email"],
    "properties": {
      "email": {"$ref": "#/components/schemas/Email"},
      "name": {"type": "string", "maxLength": 256}
    }
  },
  "Member": {
    "type": "object", "additionalProperties": false, "required": ["email", "state"],
    "properties": {
      "email": {"$ref": "#/components/schemas/Email"},
      "name": {"type": "string", "maxLength": 256},
      "state": {
        "type": "string", "enum": ["invited", "active", "disabled"],
        "description": "To be written: disabled, or one of the others, which then says whether there is a password."
      }
    }
  },
  "Ticket": {
    "type": "object", "additionalProperties": false, "required": ["member", "token", "expires"],
    "properties": {
      "member": {"$ref": "#/components/schemas/Member"},
      "token": {"type": "string", "description": "For POST /api/v1/password; shown here only."},
      "expires": {"$ref": "#/components/schemas/Instant"}
    }
  },
  "Permission": {"type": "string"},
  "Team": {
    "type": "object", "additionalProperties": false, "required": ["key"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256},
      "members": {"type": "array", "maxItems": 1000, "items": {"type": "string"}, "description": "Ids."}
    }
  },
  "Role": {
    "type": "object", "additionalProperties": false, "required": ["key"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256},
      "permissions": {"type": "array", "items": {"$ref": "#/components/schemas/Permission"}}
    }
  },
  "Binding": {
    "type": "object", "additionalProperties": false, "required": ["role"],
    "description": "Exactly one of member, team and token.",
    "properties": {
      "member": {"type": ["string", "null"], "description": "Id."},
      "team": {"type": ["string", "null"], "description": "Key."},
      "token": {"type": ["string", "null"], "description": "Id of an API token."},
      "role": {"type": "string", "description": "viewer, analyst, editor, publisher, admin, or the key of a role."},
      "project": {"type": ["string", "null"], "description": "null: everywhere."},
      "environment": {"type": ["string", "null"], "description": "null: in the whole project."}
    }
  },
  "TokenRequest": {
    "type": "object", "additionalProperties": false, "required": ["name", "bindings"],
    "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 256},
      "expires": {"type": ["string", "null"], "format": "date-time", "description": "null: never."},
      "bindings": {
        "type": "array", "minItems": 1, "maxItems": 100,
        "items": {
          "type": "object", "additionalProperties": false, "required": ["role"],
          "properties": {
            "role": {"type": "string"},
            "project": {"type": ["string", "null"]},
            "environment": {"type": ["string", "null"]}
          }
        }
      }
    }
  },
  "Token": {
    "type": "object", "additionalProperties": false,
    "required": ["id", "name", "role", "owner", "created", "expires", "last_used", "revoked"],
    "properties": {
      "id": {"type": "string"},
      "name": {"type": "string"},
      "role": {"type": ["string", "null"], "description": "Of the first token, everywhere; all others have bindings."},
      "owner": {"type": ["string", "null"], "description": "Id of a member, whose rights are the most it permits."},
      "created": {"$ref": "#/components/schemas/Instant"},
      "expires": {"type": ["string", "null"], "format": "date-time"},
      "last_used": {"type": ["string", "null"], "format": "date-time", "description": "To the minute."},
      "revoked": {"type": ["string", "null"], "format": "date-time"}
    }
  },
  "Project": {
    "type": "object", "additionalProperties": false, "required": ["key"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256}
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
      }
    }
  },
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
  },

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
  "Condition": {
    "description": "A tree of all, any and not over leaves. An unknown leaf is never true.",
    "oneOf": [
      {
        "type": "object", "additionalProperties": false, "required": ["all"],
        "properties": {"all": {"type": "array", "items": {"$ref": "#/components/schemas/Condition"}}}
      },
      {
        "type": "object", "additionalProperties": false, "required": ["any"],
        "properties": {"any": {"type": "array", "items": {"$ref": "#/components/schemas/Condition"}}}
      },
      {
        "type": "object", "additionalProperties": false, "required": ["not"],
        "properties": {"not": {"$ref": "#/components/schemas/Condition"}}
      },
      {
        "type": "object", "additionalProperties": false, "required": ["operator"],
        "properties": {
          "attribute": {"type": "string", "description": "Not with in_segment and flag_is. $now is the evaluation time."},
          "operator": {
            "type": "string",
            "enum": ["is_set", "equals", "in", "contains", "starts_with", "ends_with", "matches", "equals_hashed",
                     "in_hashed", "lt", "lte", "gt", "gte", "between", "time_before", "time_after", "time_between",
                     "in_window", "semver_eq", "semver_lt", "semver_lte", "semver_gt", "semver_gte", "semver_tilde",
                     "semver_caret", "contains_any", "contains_all", "size_lt", "size_gt", "size_between", "in_cidr",
                     "within_km", "in_segment", "flag_is"]
          },
          "operands": {
            "type": "array", "maxItems": 10000,
            "items": {
              "anyOf": [{"type": ["string", "number", "boolean"]}, {"$ref": "#/components/schemas/Window"}]
            }
          },
          "negate": {"type": "boolean", "default": false},
          "case_insensitive": {"type": "boolean", "default": false, "description": "Comparisons with strings only."},
          "salt": {"$ref": "#/components/schemas/Salt", "description": "With equals_hashed and in_hashed."},
          "time_zone": {"type": "string", "description": "With in_window: a name of the IANA database."},
          "longitude": {"type": "string", "description": "With within_km: the attribute beside the latitude's."},
          "flag": {"$ref": "#/components/schemas/Key", "description": "With flag_is: whose variants the operands are."}
        }
      }
    ]
  },
  "Window": {
    "type": "object", "additionalProperties": false, "required": ["start", "end"],
    "description": "Of in_window: from start up to but without end, which is of the next day where it is earlier.",
    "properties": {
      "days": {
        "type": "array", "minItems": 1, "maxItems": 7, "description": "Left out: every day.",
        "items": {"type": "string", "enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
      },
      "start": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"},
      "end": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$", "description": "24:00 is the end of the day."}
    }
  },
  "Coverage": {
    "type": "object", "additionalProperties": false, "description": "Either ppm or ramp.",
    "properties": {
      "bucket_by": {"type": "string", "default": "targeting_key"},
      "salt": {"$ref": "#/components/schemas/Salt"},
      "ppm": {"$ref": "#/components/schemas/Ppm"},
      "ramp": {
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
      }
    }
  },
  "Warnings": {
    "type": "array", "readOnly": true, "items": {"type": "string"},
    "description": "In the reply to a change that moves units: how."
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
  },
  "MemberList": {
    "type": "object", "additionalProperties": false, "required": ["unit_ids"],
    "properties": {
      "bucket_by": {"type": "string", "default": "targeting_key"},
      "unit_ids": {"type": "array", "items": {"type": "string"}}
    }
  },
  "Segment": {
    "type": "object", "additionalProperties": false, "required": ["key"],
    "description": "(any include list OR condition) AND NOT any exclude list.",
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256},
      "description": {"type": "string", "maxLength": 4096},
      "condition": {"anyOf": [{"$ref": "#/components/schemas/Condition"}, {"type": "null"}]},
      "include": {"type": "array", "items": {"$ref": "#/components/schemas/MemberList"}},
      "exclude": {"type": "array", "items": {"$ref": "#/components/schemas/MemberList"}},
      "uploaded": {
        "type": "object", "additionalProperties": false, "readOnly": true,
        "description": "Lists that were uploaded.",
        "properties": {
          "include": {"anyOf": [{"$ref": "#/components/schemas/UploadedList"}, {"type": "null"}]},
          "exclude": {"anyOf": [{"$ref": "#/components/schemas/UploadedList"}, {"type": "null"}]}
        }
      }
    }
  },
  "Attribute": {
    "type": "object", "additionalProperties": false, "required": ["key", "type"],
    "properties": {
      "key": {"type": "string"},
      "description": {"type": "string", "maxLength": 4096},
      "type": {"type": "string", "enum": ["string", "integer", "double", "boolean", "string_list"]},
      "unit_type": {"type": "boolean", "default": false, "description": "It is a unit id."},
      "analytics": {"type": "boolean", "default": false, "description": "It may leave the process in events."},
      "private": {"type": "boolean", "default": false}
    }
  },
  "Layer": {
    "type": "object", "additionalProperties": false, "required": ["key"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "description": {"type": "string", "maxLength": 4096},
      "bucket_by": {"type": "string", "default": "targeting_key"},
      "salt": {"$ref": "#/components/schemas/Salt"}
    }
  },
  "Holdout": {
    "type": "object", "additionalProperties": false, "required": ["key", "ppm"],
    "description": "Units that the rules which name it keep out.",
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "description": {"type": "string", "maxLength": 4096},
      "bucket_by": {"type": "string", "default": "targeting_key"},
      "salt": {"$ref": "#/components/schemas/Salt"},
      "ppm": {"$ref": "#/components/schemas/Ppm"},
      "start": {"type": ["string", "null"], "format": "date-time", "description": "null: from the beginning."},
      "end": {"type": ["string", "null"], "format": "date-time", "description": "null: open."},
      "warnings": {"$ref": "#/components/schemas/Warnings"}
    }
  },
  "Experiment": {
    "type": "object", "additionalProperties": false, "required": ["key", "flag", "weights", "control"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256},
      "hypothesis": {"type": "string", "maxLength": 4096},
      "flag": {"$ref": "#/components/schemas/Key"},
      "status": {"type": "string", "enum": ["draft", "running", "paused", "stopped"], "default": "draft"},
      "bucket_by": {"type": "string", "default": "targeting_key"},
      "salt": {"$ref": "#/components/schemas/Salt"},
      "weights": {"$ref": "#/components/schemas/Weights"},
      "control": {"$ref": "#/components/schemas/Key"},
      "layer": {"type": ["string", "null"]},
      "allocation": {"$ref": "#/components/schemas/Allocation"},
      "sticky": {"type": "boolean", "default": false, "description": "Units keep their variant while a phase lasts."},
      "start": {"type": ["string", "null"], "format": "date-time", "description": "Set when it begins to run."},
      "end": {"type": ["string", "null"], "format": "date-time"},
      "mode": {"type": "string", "enum": ["any_time", "fixed"], "default": "any_time"},
      "alpha": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "default": 0.05},
      "planned_units": {"type": ["integer", "null"], "minimum": 1},
      "metrics": {
        "type": "array", "maxItems": 64,
        "items": {
          "type": "object", "additionalProperties": false, "required": ["metric"],
          "properties": {
            "metric": {"$ref": "#/components/schemas/Key"},
            "role": {"type": "string", "enum": ["success", "guardrail", "secondary"], "default": "secondary"},
            "version": {"type": ["integer", "null"], "description": "Pinned when the experiment starts."}
          }
        }
      },
      "phase": {"type": "integer", "readOnly": true, "description": "0: not started."},
      "phases": {
        "type": "array", "readOnly": true,
        "items": {
          "type": "object", "additionalProperties": false, "required": ["number", "start"],
          "properties": {
            "number": {"type": "integer"},
            "start": {"$ref": "#/components/schemas/Instant"},
            "end": {"type": ["string", "null"], "format": "date-time"},
            "reason": {"type": "string"},
            "bucket_by": {"type": "string"},
            "salt": {"$ref": "#/components/schemas/Salt"},
            "weights": {"$ref": "#/components/schemas/Weights"},
            "layer": {"type": ["string", "null"]},
            "allocation": {"$ref": "#/components/schemas/Allocation"}
          }
        }
      }
    }
  },
  "Allocation": {
    "type": "array", "description": "Half-open ranges of the layer's 1000000 buckets.",
    "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"$ref": "#/components/schemas/Ppm"}}
  },
  "MetricPart": {
    "type": "object", "additionalProperties": false, "required": ["event"],
    "properties": {
      "event": {"type": "string", "description": "Name of the events that count."},
      "condition": {
        "anyOf": [{"$ref": "#/components/schemas/Condition"}, {"type": "null"}],
        "description": "Over the properties of the event."
      },
      "value": {"type": "string", "enum": ["none", "value", "property"], "default": "none"},
      "property": {"type": ["string", "null"], "description": "With value \"property\"."},
      "aggregation": {"type": "string", "enum": ["any", "count", "sum"]}
    }
  },
  "Metric": {
    "type": "object", "additionalProperties": false, "required": ["key", "kind", "numerator"],
    "properties": {
      "key": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "maxLength": 256},
      "description": {"type": "string", "maxLength": 4096},
      "kind": {"type": "string", "enum": ["proportion", "mean", "ratio"]},
      "unit_type": {"type": "string", "default": "targeting_key"},
      "numerator": {"$ref": "#/components/schemas/MetricPart"},
      "denominator": {
        "anyOf": [{"$ref": "#/components/schemas/MetricPart"}, {"type": "null"}], "description": "Of a ratio."
      },
      "window": {
        "type": ["object", "null"], "additionalProperties": false,
        "description": "Milliseconds after the first exposure, half-open.",
        "properties": {
          "start_ms": {"type": "integer", "minimum": 0, "default": 0},
          "end_ms": {"type": ["integer", "null"], "minimum": 1}
        }
      },
      "direction": {"type": "string", "enum": ["increase", "decrease"], "default": "increase"},
      "units_without_events": {"type": "string", "enum": ["zero", "leave_out"], "default": "zero"},
      "version": {"type": "integer", "readOnly": true, "description": "Rises with every change of what is measured."}
    }
  },

  "SdkKeyRequest": {
    "type": "object", "additionalProperties": false, "required": ["kind"],
    "properties": {
      "kind": {"type": "string", "enum": ["server", "client"]},
      "name": {"type": "string", "maxLength": 256}
    }
  },
  "SdkKey": {
    "type": "object", "additionalProperties": false,
    "required": ["key_id", "kind", "name", "created", "last_used", "revoked"],
    "properties": {
      "key_id": {"type": "string"},
      "kind": {"type": "string", "enum": ["server", "client"]},
      "name": {"type": "string"},
      "created": {"$ref": "#/components/schemas/Instant"},
      "last_used": {"type": ["string", "null"], "format": "date-time", "description": "To the minute."},
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

  "Results": {
    "type": "object", "additionalProperties": false,
    "required": ["experiment", "experiment_id", "phase", "mode", "alpha", "watermark", "exposures", "srm", "losses",
                 "metrics"],
    "description": "docs/statistics.md describes the numbers; one without a value is null.",
    "properties": {
      "experiment": {"$ref": "#/components/schemas/Key"},
      "experiment_id": {"type": "string"},
      "phase": {"type": "integer"},
      "mode": {"$ref": "#/components/schemas/Mode"},
      "alpha": {"$ref": "#/components/schemas/Alpha"},
      "watermark": {
        "type": ["string", "null"], "format": "date-time", "description": "Everything received until then is in."
      },
      "exposures": {
        "type": "object", "additionalProperties": false,
        "required": ["events", "units", "multi_exposed", "time_suspect"],
        "properties": {
          "events": {"type": "integer"},
          "units": {"type": "integer"},
          "multi_exposed": {"type": "integer", "description": "Units that met more than one variant."},
          "time_suspect": {"type": "integer", "description": "Left out: the sender's clock was off."}
        }
      },
      "losses": {
        "type": "object", "additionalProperties": false, "required": ["variants", "p", "alarm"],
        "description": "Whether the variants lost different shares of their exposures.",
        "properties": {
          "variants": {"$ref": "#/components/schemas/LossesByVariant"},
          "p": {"$ref": "#/components/schemas/Number"},
          "alarm": {"type": "boolean", "description": "p < 0.001"}
        }
      },
      "srm": {
        "type": "object", "additionalProperties": false, "description": "Sample ratio mismatch.",
        "required": ["status", "warnings", "statistic", "df", "p", "log10_p", "alarm", "unexpected_units",
                     "multi_exposed_alarm", "card", "variants"],
        "properties": {
          "status": {"$ref": "#/components/schemas/Status"},
          "warnings": {"$ref": "#/components/schemas/Warnings"},
          "statistic": {"$ref": "#/components/schemas/Number"},
          "df": {"$ref": "#/components/schemas/Number"},
          "p": {"$ref": "#/components/schemas/Number"},
          "log10_p": {"$ref": "#/components/schemas/Number"},
          "alarm": {"type": "boolean"},
          "unexpected_units": {"type": "number"},
          "multi_exposed_alarm": {"type": "boolean"},
          "card": {"$ref": "#/components/schemas/Card"},
          "variants": {
            "type": "array",
            "items": {
              "type": "object", "additionalProperties": false, "required": ["variant", "weight", "units"],
              "properties": {
                "variant": {"$ref": "#/components/schemas/Key"},
                "weight": {"type": "number"},
                "units": {"type": "integer"}
              }
            }
          }
        }
      },
      "metrics": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false,
          "required": ["metric", "kind", "direction", "role", "variants", "comparisons"],
          "properties": {
            "metric": {"$ref": "#/components/schemas/Key"},
            "kind": {"type": "string", "enum": ["proportion", "mean", "ratio"]},
            "direction": {"type": "string", "enum": ["increase", "decrease"]},
            "role": {"type": "string", "enum": ["success", "guardrail", "secondary"]},
            "variants": {
              "type": "array",
              "items": {
                "type": "object", "additionalProperties": false,
                "required": ["variant", "n", "mean", "variance", "sum", "denominator"],
                "properties": {
                  "variant": {"$ref": "#/components/schemas/Key"},
                  "n": {"type": "integer", "description": "Units."},
                  "mean": {"$ref": "#/components/schemas/Number"},
                  "variance": {"$ref": "#/components/schemas/Number"},
                  "sum": {"$ref": "#/components/schemas/Number"},
                  "denominator": {"$ref": "#/components/schemas/Number", "description": "Of a ratio."}
                }
              }
            },
            "comparisons": {"type": "array", "items": {"$ref": "#/components/schemas/Comparison"}}
          }
        }
      }
    }
  },
  "Number": {"type": ["number", "null"]},
  "Status": {"type": "string", "description": "ok, or why there is no complete result."},
  "Warnings": {"type": "array", "items": {"type": "string"}},
  "Card": {"type": "string", "description": "The method, by its name in docs/statistics.md."},
  "Comparison": {
    "type": "object", "additionalProperties": false,
    "required": ["control", "treatment", "status", "invalid", "warnings", "effect", "lift", "sequential",
                 "supplements", "verdict"],
    "properties": {
      "control": {"$ref": "#/components/schemas/Key"},
      "treatment": {"$ref": "#/components/schemas/Key"},
      "status": {"$ref": "#/components/schemas/Status"},
      "invalid": {
        "type": ["object", "null"], "additionalProperties": false,
        "properties": {"field": {"type": "string"}, "message": {"type": "string"}}
      },
      "warnings": {"$ref": "#/components/schemas/Warnings"},
      "effect": {"$ref": "#/components/schemas/Estimate", "description": "Difference, in the metric's own unit."},
      "lift": {"$ref": "#/components/schemas/Estimate", "description": "Relative difference; 0.03 is +3 %."},
      "sequential": {
        "type": ["object", "null"], "additionalProperties": false,
        "properties": {
          "mode": {"$ref": "#/components/schemas/Mode"},
          "planned_units": {"type": ["integer", "null"]},
          "critical": {"$ref": "#/components/schemas/Number"},
          "log10_e": {"$ref": "#/components/schemas/Number"},
          "p_now": {"$ref": "#/components/schemas/Number"}
        }
      },
      "supplements": {
        "type": ["object", "null"], "additionalProperties": false,
        "properties": {"fixed": {"$ref": "#/components/schemas/Estimate"}}
      },
      "verdict": {"type": ["string", "null"]}
    }
  },
  "Estimate": {
    "type": "object", "additionalProperties": false,
    "required": ["status", "warnings", "estimate", "se", "statistic", "df", "lower", "upper", "is_open", "p",
                 "log10_p", "card"],
    "properties": {
      "status": {"$ref": "#/components/schemas/Status"},
      "warnings": {"$ref": "#/components/schemas/Warnings"},
      "estimate": {"$ref": "#/components/schemas/Number"},
      "se": {"$ref": "#/components/schemas/Number"},
      "statistic": {"$ref": "#/components/schemas/Number"},
      "df": {"$ref": "#/components/schemas/Number"},
      "lower": {"$ref": "#/components/schemas/Number"},
      "upper": {"$ref": "#/components/schemas/Number"},
      "is_open": {"type": "boolean", "description": "An end that is null is unbounded."},
      "p": {"$ref": "#/components/schemas/Number"},
      "log10_p": {"$ref": "#/components/schemas/Number"},
      "card": {"$ref": "#/components/schemas/Card"}
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
              "enum": ["flag", "flag_configuration", "segment", "attribute", "experiment", "layer"]
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
  },
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

// Every stored document carries these beside what its writer says.
constexpr char kStoredFields[] = R"json({
  "id": {"type": "string", "readOnly": true},
  "created": {"type": "string", "format": "date-time", "readOnly": true},
  "updated": {"type": "string", "format": "date-time", "readOnly": true},
  "archived": {"type": "boolean", "readOnly": true}
})json";

nlohmann::json MakeSchemas() {
  nlohmann::json schemas = nlohmann::json::parse(kSchemas);
  schemas.update(nlohmann::json::parse(ResourceSchemas()));
  const nlohmann::json stored = nlohmann::json::parse(kStoredFields);
  for (const char* name : {"Project", "Environment", "Flag", "Segment", "Attribute", "Metric", "Experiment", "Layer",
                           "Holdout", "Override", "SavedContext", "FlagTest", "MetricGroup", "Template", "Member", "Team", "Role", "Binding"}) {
    schemas[name]["properties"].update(stored);
  }
  for (const service::PermissionRow& row : service::PermissionTable()) {
    schemas["Permission"]["enum"].push_back(row.word);
  }
  nlohmann::json new_token = schemas["Token"];
  new_token["required"].push_back("token");
  new_token["properties"]["token"] = {{"type", "string"}, {"description", "For Authorization; shown here only."}};
  schemas["NewToken"] = std::move(new_token);
  nlohmann::json new_key = schemas["SdkKey"];
  new_key["required"].push_back("key");
  new_key["properties"]["key"] = {{"type", "string"}, {"description", "expt1.…; shown here only."}};
  schemas["NewSdkKey"] = std::move(new_key);
  for (const auto& [page, item] : {std::pair{"ProjectPage", "Project"},
                                   {"EnvironmentPage", "Environment"},
                                   {"FlagPage", "Flag"},
                                   {"SegmentPage", "Segment"},
                                   {"AttributePage", "Attribute"},
                                   {"MetricPage", "Metric"},
                                   {"ExperimentPage", "Experiment"},
                                   {"LayerPage", "Layer"},
                                   {"HoldoutPage", "Holdout"},
                                   {"OverridePage", "Override"},
                                   {"SavedContextPage", "SavedContext"},
                                   {"FlagTestPage", "FlagTest"},
                                   {"MetricGroupPage", "MetricGroup"},
                                   {"TemplatePage", "Template"},
                                   {"SdkKeyPage", "SdkKey"},
                                   {"FlagConfigurationPage", "FlagConfiguration"},
                                   {"AuditPage", "AuditEntry"},
                                   {"LoginSessionPage", "LoginSession"},
                                   {"MemberPage", "Member"},
                                   {"TeamPage", "Team"},
                                   {"RolePage", "Role"},
                                   {"BindingPage", "Binding"},
                                   {"TokenPage", "Token"},
                                   {"QuarantinePage", "Quarantine"}}) {
    schemas[page] = {
        {"type", "object"},
        {"additionalProperties", false},
        {"required", {"items", "next_cursor"}},
        {"properties",
         {{"items", {{"type", "array"}, {"items", {{"$ref", std::string("#/components/schemas/") + item}}}}},
          {"next_cursor", {{"type", {"string", "null"}}}}}}};
  }
  return schemas;
}

}  // namespace

const nlohmann::json& Schemas() {
  static const nlohmann::json& schemas = *new nlohmann::json(MakeSchemas());
  return schemas;
}

}  // namespace expt::api
