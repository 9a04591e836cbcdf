// Conditions, segments and attributes.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kTargetingSchemas[] = R"json({
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
  }
})json";

}  // namespace

SchemaPart TargetingSchemas() {
  return {.text = kTargetingSchemas, .stored = {"Segment", "Attribute"}, .paged = {"Segment", "Attribute"}};
}

}  // namespace expt::api
