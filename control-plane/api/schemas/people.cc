// Members, teams, roles, bindings, tokens and sessions.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kPeopleSchemas[] = R"json({
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
  }
})json";

}  // namespace

SchemaPart PeopleSchemas() {
  return {.text = kPeopleSchemas,
          .stored = {"Member", "Team", "Role", "Binding"},
          .paged = {"LoginSession", "Member", "Team", "Role", "Binding", "Token"}};
}

}  // namespace expt::api
