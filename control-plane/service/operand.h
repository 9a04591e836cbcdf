// The operands of a leaf, as documents write them and as the model holds them.
#ifndef EXPT_CONTROL_PLANE_SERVICE_OPERAND_H_
#define EXPT_CONTROL_PLANE_SERVICE_OPERAND_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "control-plane/service/json_reader.h"
#include "control-plane/service/operator_form.h"

namespace expt::service {

using Operand = std::variant<bool, int64_t, double, std::string>;

// Reads "operands" of a leaf with that operator and checks them by the parsers that the engine uses. Empty when
// something was reported. In the model's form: all of one type, times as epoch ms, each window as two minutes of the
// week, circles as three doubles.
std::vector<Operand> ReadOperands(ObjectReader& leaf, const OperatorForm& form, Problems& problems);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_OPERAND_H_
