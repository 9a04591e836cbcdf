// Experiments, layers and holdouts.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kExperimentsSchemas[] = R"json({
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
      "owner": {"type": "string", "maxLength": 256},
      "tags": {"type": "array", "maxItems": 32, "items": {"type": "string", "maxLength": 64}},
      "flag": {"$ref": "#/components/schemas/Key"},
      "status": {
        "type": "string", "enum": ["draft", "review", "running", "paused", "stopped", "shipped"], "default": "draft"
      },
      "bucket_by": {"type": "string", "default": "targeting_key"},
      "salt": {"$ref": "#/components/schemas/Salt"},
      "weights": {"$ref": "#/components/schemas/Weights"},
      "control": {"$ref": "#/components/schemas/Key"},
      "layer": {"type": ["string", "null"]},
      "allocation": {"$ref": "#/components/schemas/Allocation"},
      "sticky": {"type": "boolean", "default": false, "description": "Units keep their variant while a phase lasts."},
      "start": {"type": ["string", "null"], "format": "date-time", "description": "Set when it begins to run."},
      "end": {"type": ["string", "null"], "format": "date-time"},
      "schedule": {
        "type": ["object", "null"], "additionalProperties": false,
        "description": "When the server starts and stops it, and publishes that.",
        "properties": {
          "start_at": {"type": ["string", "null"], "format": "date-time"},
          "stop_at": {"type": ["string", "null"], "format": "date-time"}
        }
      },
      "schedule_failure": {
        "type": ["object", "null"], "additionalProperties": false, "readOnly": true,
        "required": ["step", "text", "time"],
        "description": "Why a step was not taken; it is not tried again before the schedule is changed.",
        "properties": {
          "step": {"type": "string", "enum": ["start", "stop"]},
          "text": {"type": "string"},
          "time": {"type": "string", "format": "date-time"}
        }
      },
      "mode": {"type": "string", "enum": ["any_time", "fixed"], "default": "any_time"},
      "alpha": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "default": 0.05},
      "planned_units": {"type": ["integer", "null"], "minimum": 1},
      "planned_end": {"type": ["string", "null"], "format": "date-time"},
      "multi_exposure": {
        "type": "string", "enum": ["exclude", "first"], "default": "exclude",
        "description": "Units that met several variants: left out, or counted for the first."
      },
      "auto_rollback": {
        "type": "boolean", "default": false, "description": "Stops when a guardrail is worse; rules serve control."
      },
      "min_duration": {
        "type": "integer", "minimum": 0, "maximum": 366, "default": 7,
        "description": "Days that a phase runs before a variant is shipped."
      },
      "new_phase": {
        "type": "boolean", "default": false, "writeOnly": true, "description": "Units may be moved by this change."
      },
      "reason": {
        "type": "string", "maxLength": 4096, "writeOnly": true, "description": "Why units may be moved by this change."
      },
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
            "allocation": {"$ref": "#/components/schemas/Allocation"},
            "comment": {"type": "string", "description": "Why it was started."}
          }
        }
      },
      "notes": {"type": "array", "readOnly": true, "items": {"$ref": "#/components/schemas/ExperimentNote"}},
      "screenshots": {"type": "array", "readOnly": true, "items": {"$ref": "#/components/schemas/Screenshot"}},
      "decision": {
        "anyOf": [{"$ref": "#/components/schemas/ExperimentDecision"}, {"type": "null"}], "readOnly": true
      },
      "warnings": {"$ref": "#/components/schemas/Warnings"}
    }
  },
  "ExperimentDecision": {
    "type": "object", "additionalProperties": false, "required": ["outcome", "reason"],
    "properties": {
      "outcome": {"type": "string", "enum": ["ship", "roll_back", "inconclusive"]},
      "variant": {"type": ["string", "null"], "description": "That is shipped, or that stays."},
      "reason": {"type": "string", "maxLength": 4096},
      "early": {"type": "boolean", "readOnly": true, "description": "The phase was shorter than min_duration."},
      "actor": {"type": "string", "readOnly": true},
      "time": {"type": "string", "format": "date-time", "readOnly": true}
    }
  },
  "ExperimentNote": {
    "type": "object", "additionalProperties": false, "required": ["text"],
    "properties": {
      "text": {"type": "string", "minLength": 1, "maxLength": 4096},
      "actor": {"type": "string", "readOnly": true},
      "time": {"type": "string", "format": "date-time", "readOnly": true}
    }
  },
  "Screenshot": {
    "type": "object", "additionalProperties": false,
    "required": ["id", "variant", "caption", "media_type", "size_bytes", "digest", "actor", "time"],
    "properties": {
      "id": {"type": "string"},
      "variant": {"type": ["string", "null"]},
      "caption": {"type": "string"},
      "media_type": {"type": "string", "enum": ["image/png", "image/jpeg"]},
      "size_bytes": {"type": "integer"},
      "digest": {"type": "string", "description": "SHA-256 of the picture."},
      "actor": {"type": "string"},
      "time": {"$ref": "#/components/schemas/Instant"}
    }
  },
  "Picture": {"type": "string", "contentMediaType": "image/png", "description": "Bytes of a PNG or a JPEG, at most 1 MiB."},
  "ExperimentEstimateRequest": {
    "type": "object", "additionalProperties": false, "required": ["metrics"],
    "description": "What the experiment says about weights, control, alpha, mode and planned units is taken from it.",
    "properties": {
      "power": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "default": 0.8},
      "daily_units": {"type": ["number", "null"], "exclusiveMinimum": 0, "description": "That reach it, a day."},
      "metrics": {
        "type": "array", "minItems": 1, "maxItems": 64,
        "items": {
          "type": "object", "additionalProperties": false, "required": ["metric", "mde"],
          "properties": {
            "metric": {"$ref": "#/components/schemas/Key"},
            "mde": {"type": "number", "exclusiveMinimum": 0, "description": "Smallest effect worth seeing."},
            "mde_scale": {"type": "string", "enum": ["lift", "effect"], "default": "lift"},
            "baseline": {
              "type": ["object", "null"], "additionalProperties": false, "required": ["mean"],
              "properties": {
                "mean": {"type": "number"},
                "variance": {"type": ["number", "null"], "minimum": 0, "description": "Of one unit; not of a rate."}
              }
            }
          }
        }
      }
    }
  },
  "ExperimentEstimate": {
    "type": "object", "additionalProperties": false,
    "required": ["experiment", "mode", "alpha", "power", "daily_units", "planned_units", "metrics", "total_units",
                 "days", "warnings"],
    "properties": {
      "experiment": {"$ref": "#/components/schemas/Key"},
      "mode": {"type": "string"},
      "alpha": {"type": "number"},
      "power": {"type": "number"},
      "daily_units": {"type": ["number", "null"]},
      "planned_units": {"type": ["integer", "null"]},
      "total_units": {"type": ["integer", "null"], "description": "That every metric needs; null: not known."},
      "days": {"type": ["integer", "null"]},
      "metrics": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false,
          "required": ["metric", "status", "baseline", "effect", "lift", "units", "total_units", "days",
                       "detectable_effect", "detectable_lift"],
          "properties": {
            "metric": {"$ref": "#/components/schemas/Key"},
            "status": {"type": "string", "description": "ok, no_baseline, or why there is no number."},
            "baseline": {
              "type": ["object", "null"], "additionalProperties": false,
              "required": ["mean", "variance", "experiment"],
              "properties": {
                "mean": {"type": "number"},
                "variance": {"type": ["number", "null"]},
                "experiment": {"type": ["string", "null"], "description": "Whose control it is of; null: given."}
              }
            },
            "effect": {"type": ["number", "null"]},
            "lift": {"type": ["number", "null"]},
            "units": {"type": ["object", "null"], "additionalProperties": {"type": "integer"}},
            "total_units": {"type": ["integer", "null"]},
            "days": {"type": ["integer", "null"]},
            "detectable_effect": {"type": ["number", "null"], "description": "With the planned units."},
            "detectable_lift": {"type": ["number", "null"]}
          }
        }
      },
      "warnings": {"$ref": "#/components/schemas/Warnings"}
    }
  },
  "ExperimentStep": {"type": "object", "additionalProperties": false, "properties": {}},
  "ExperimentStop": {
    "type": "object", "additionalProperties": false,
    "properties": {
      "decision": {"anyOf": [{"$ref": "#/components/schemas/ExperimentDecision"}, {"type": "null"}]},
      "early": {"type": "boolean", "default": false, "description": "A variant may be shipped before min_duration."}
    }
  },
  "ExperimentShip": {
    "type": "object", "additionalProperties": false,
    "properties": {
      "variant": {"type": ["string", "null"], "description": "Left out: that of the decision at the stop."},
      "reason": {"type": "string", "maxLength": 4096},
      "early": {"type": "boolean", "default": false},
      "coverage": {
        "anyOf": [{"$ref": "#/components/schemas/Coverage"}, {"type": "null"}],
        "description": "Of the rules from now on; null: everybody."
      }
    }
  },
  "GuardedRamp": {
    "type": "object", "additionalProperties": false,
    "required": ["experiment", "control", "treatment", "guardrails", "ramp"],
    "properties": {
      "experiment": {"$ref": "#/components/schemas/Key"},
      "control": {"$ref": "#/components/schemas/Key"},
      "treatment": {"$ref": "#/components/schemas/Key"},
      "guardrails": {"type": "array", "minItems": 1, "maxItems": 64, "items": {"$ref": "#/components/schemas/Key"}},
      "ramp": {"$ref": "#/components/schemas/Ramp"},
      "condition": {"anyOf": [{"$ref": "#/components/schemas/Condition"}, {"type": "null"}]},
      "holdouts": {"type": "array", "maxItems": 8, "items": {"$ref": "#/components/schemas/Key"}},
      "auto_rollback": {"type": "boolean", "default": true}
    }
  },
  "ExperimentShipped": {
    "type": "object", "additionalProperties": false,
    "required": ["experiment", "configuration", "needs_publish", "warnings"],
    "properties": {
      "experiment": {"$ref": "#/components/schemas/Experiment"},
      "configuration": {"$ref": "#/components/schemas/FlagConfiguration"},
      "needs_publish": {"type": "boolean"},
      "warnings": {"$ref": "#/components/schemas/Warnings"}
    }
  },
  "Allocation": {
    "type": "array", "description": "Half-open ranges of the layer's 1000000 buckets.",
    "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"$ref": "#/components/schemas/Ppm"}}
  }
})json";

}  // namespace

SchemaPart ExperimentsSchemas() {
  return {.text = kExperimentsSchemas,
          .stored = {"Experiment", "Layer", "Holdout"},
          .paged = {"Experiment", "Layer", "Holdout"}};
}

}  // namespace expt::api
