// The places that issues name: `flag "checkout": rule "r2"`.
#ifndef EXPT_SRC_MODEL_PLACE_H_
#define EXPT_SRC_MODEL_PLACE_H_

#include "expt/value.h"
#include "src/base/message.h"

namespace expt::model {

using base::Message;
using base::MessagePart;
using base::Named;
using base::Number;
using base::Quoted;
using base::Within;

inline Message TypeText(ValueType type) {
  if constexpr (!base::kHasMessages) return "type";
  return Message(ValueTypeName(type));
}

}  // namespace expt::model

#endif  // EXPT_SRC_MODEL_PLACE_H_
