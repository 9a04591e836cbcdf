#include "src/client/c_call.h"

#include "src/client/c_handles.h"

namespace expt::c {

expt_value OutValue(const ValueView& value) {
  expt_value out{};
  out.type = static_cast<expt_value_type>(value.type());
  switch (value.type()) {
    case ValueType::kBoolean:
      out.as.boolean = value.boolean();
      break;
    case ValueType::kInteger:
      out.as.integer = value.integer();
      break;
    case ValueType::kDouble:
      out.as.real = value.real();
      break;
    case ValueType::kString:
    case ValueType::kJson:
      out.as.text = Out(value.text());
      break;
    case ValueType::kMissing:
    case ValueType::kStringList:
      out.type = EXPT_TYPE_MISSING;
      break;
  }
  return out;
}

bool InValue(const expt_value& value, ValueView& out) {
  switch (value.type) {
    case EXPT_TYPE_BOOLEAN:
      out = value.as.boolean;
      return true;
    case EXPT_TYPE_INTEGER:
      out = value.as.integer;
      return true;
    case EXPT_TYPE_DOUBLE:
      out = value.as.real;
      return true;
    case EXPT_TYPE_STRING:
      out = View(value.as.text);
      return IsText(value.as.text);
    case EXPT_TYPE_JSON:
      out = ValueView::Json(View(value.as.text));
      return IsText(value.as.text);
    default:
      out = ValueView();
      return value.type == EXPT_TYPE_MISSING;
  }
}

expt_code Fail(expt_error** error, const absl::Status& status) {
  const auto code = static_cast<expt_code>(status.code());
  if (error == nullptr) return code;
  auto made = std::make_unique<expt_error>();
  made->code = code;
  made->message.assign(status.message().data(), status.message().size());
  made->load = LoadErrorOf(status).value_or(LoadError{});
  *error = made.release();
  return code;
}

expt_code Fail(expt_error** error, std::string_view text) {
  return Fail(error, absl::InvalidArgumentError({text.data(), text.size()}));
}

}  // namespace expt::c

using expt::c::Out;

expt_text* expt_text_new(void) { return new (std::nothrow) expt_text; }
void expt_text_free(expt_text* text) { delete text; }
expt_string expt_text_view(const expt_text* text) { return text == nullptr ? expt_string{} : Out(text->text); }

void expt_error_free(expt_error* error) { delete error; }
expt_code expt_error_code_of(const expt_error* error) { return error == nullptr ? EXPT_OK : error->code; }
expt_string expt_error_message(const expt_error* error) {
  return error == nullptr ? expt_string{} : Out(error->message);
}
int32_t expt_error_load_step(const expt_error* error) { return error == nullptr ? 0 : error->load.step; }
expt_load_code expt_error_load_code(const expt_error* error) {
  return error == nullptr ? EXPT_LOAD_NONE : static_cast<expt_load_code>(error->load.code);
}
