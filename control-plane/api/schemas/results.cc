// Results of experiments.
#include "control-plane/api/schemas/part.h"

namespace expt::api {
namespace {

constexpr char kResultsSchemas[] = R"json({
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
  }
})json";

}  // namespace

SchemaPart ResultsSchemas() { return {.text = kResultsSchemas}; }

}  // namespace expt::api
