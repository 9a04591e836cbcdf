// How documents write each operator: which operands, how many, and what the attribute may be.
#ifndef EXPT_CONTROL_PLANE_SERVICE_OPERATOR_FORM_H_
#define EXPT_CONTROL_PLANE_SERVICE_OPERATOR_FORM_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "src/model/snapshot.h"

namespace expt::service {

inline constexpr size_t kMaxOperands = 10'000;
inline constexpr size_t kMaxOperandSize = 1024;  // bytes of one text

enum class OperandForm : uint8_t {
  kNone,
  kScalars,   // strings, numbers or booleans, all of one type
  kTexts,     // strings that are not empty
  kPattern,   // a regular expression
  kSecrets,   // strings; the snapshot holds their hashes
  kNumbers,   // ascending
  kTimes,     // RFC 3339 or epoch ms, strictly ascending
  kWindows,   // {"days", "start", "end"}, in a time zone
  kVersion,   // SemVer
  kElements,  // strings
  kSizes,     // integers from 0, ascending
  kNetworks,  // address or address/prefix
  kCircle,    // latitude, longitude, radius in km
  kSegments,  // keys of segments
  kVariants,  // keys of variants of a flag
};

struct OperatorForm {
  model::Operator op;
  OperandForm operands;
  size_t least;  // operands
  size_t most;
  bool may_fold;  // takes "case_insensitive"
};

// Null for kAll, kAny and what is no operator.
const OperatorForm* FormOf(model::Operator op);

// False where the operator asks about a segment or a flag.
bool ReadsAttribute(OperandForm form);

// True where an attribute of that type can have a value that the operator knows. kScalars go by their operands.
bool MayRead(OperandForm form, ValueType attribute);

// `a string that is not empty`: what a problem says was expected of one operand.
std::string_view Wanted(OperandForm form);
// `string` or `string or number`: what an attribute must be.
std::string_view WantedAttribute(OperandForm form);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_OPERATOR_FORM_H_
