#include "results.h"

#include <array>

#include "text.h"

namespace expt::python {
namespace {

constexpr std::string_view kStickyOrigin = "sticky";  // docs/python.md

PyObject* NoneOr(bool is_there, PyObject* object) {
  if (is_there) return object;
  Py_XDECREF(object);
  return Py_NewRef(Py_None);
}

PyObject* TextOrNone(std::string_view text) { return text.empty() ? Py_NewRef(Py_None) : NewText(text); }

PyObject* ParseJson(std::string_view text) {
  static PyObject* const loads = [] {
    const Reference json = Reference::Steal(PyImport_ImportModule("json"));
    return json ? PyObject_GetAttrString(json.get(), "loads") : nullptr;
  }();
  if (loads == nullptr) return nullptr;
  const Reference argument = Reference::Steal(NewText(text));
  return argument ? PyObject_CallOneArg(loads, argument.get()) : nullptr;
}

PyObject* ToPython(const Exposure& exposure) {
  return Types().exposure.Make({NewText(exposure.experiment), NewText(exposure.experiment_id),
                                NewText(exposure.variant), NewText(exposure.bucket_by),
                                PyLong_FromUnsignedLong(exposure.phase), PyBool_FromLong(exposure.is_holdout),
                                PyBool_FromLong(exposure.is_sticky),
                                NewText(exposure.origin == ExposureOrigin::kSticky ? kStickyOrigin : "engine")});
}

PyObject* ToPython(std::span<const Exposure> exposures) {
  Reference list = Reference::Steal(PyTuple_New(static_cast<Py_ssize_t>(exposures.size())));
  if (!list) return nullptr;
  for (size_t i = 0; i < exposures.size(); ++i) {
    PyObject* item = ToPython(exposures[i]);
    if (item == nullptr) return nullptr;
    PyTuple_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), item);
  }
  return list.release();
}

}  // namespace

bool ResultTypes::Load() {
  return assignment.Load("Assignment") && decision.Load("Decision") && exposure.Load("Exposure") &&
         explanation.Load("Explanation") && drop.Load("Drop") && flush_report.Load("FlushReport") &&
         load_count.Load("LoadCount") && status.Load("Status") && track_result.Load("TrackResult");
}

ResultTypes& Types() {
  static ResultTypes* const types = new ResultTypes();  // never destroyed: the interpreter may be gone by then
  return *types;
}

PyObject* ToPython(const ValueView& value) {
  switch (value.type()) {
    case ValueType::kBoolean:
      return PyBool_FromLong(value.boolean());
    case ValueType::kString:
      return NewText(value.text());
    case ValueType::kInteger:
      return PyLong_FromLongLong(value.integer());
    case ValueType::kDouble:
      return PyFloat_FromDouble(value.real());
    case ValueType::kJson:
      return ParseJson(value.text());
    case ValueType::kStringList: {
      Reference list = Reference::Steal(PyList_New(static_cast<Py_ssize_t>(value.list().size())));
      for (size_t i = 0; list && i < value.list().size(); ++i) {
        PyObject* item = NewText(value.list()[i]);
        if (item == nullptr) return nullptr;
        PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), item);
      }
      return list.release();
    }
    case ValueType::kMissing:
      break;
  }
  return Py_NewRef(Py_None);
}

ValueType ExpectedType(PyObject* fallback) {
  if (fallback == Py_None) return ValueType::kMissing;
  if (PyBool_Check(fallback)) return ValueType::kBoolean;
  if (PyLong_Check(fallback)) return ValueType::kInteger;
  if (PyFloat_Check(fallback)) return ValueType::kDouble;
  if (PyUnicode_Check(fallback)) return ValueType::kString;
  if (PyDict_Check(fallback) || PyList_Check(fallback)) return ValueType::kJson;
  return ValueType::kStringList;
}

PyObject* ToPython(const Decision& decision, std::string_view flag, PyObject* fallback, ValueType expected) {
  bool has_value = decision.has_value();
  std::string_view reason = ReasonName(decision.reason);
  std::string_view error = ErrorCodeName(decision.error);
  Reference value;
  if (has_value) {
    value = Reference::Steal(expected == ValueType::kDouble ? PyFloat_FromDouble(decision.ValueOr<double>(0))
                                                            : ToPython(decision.value));
    if (!value) {
      if (PyErr_ExceptionMatches(PyExc_MemoryError)) return nullptr;
      PyErr_Clear();  // JSON that is none: publishing checks it, evaluation has no exception for it
      has_value = false;
      reason = ReasonName(Reason::kError);
      error = ErrorCodeName(ErrorCode::kParseError);
    }
  }
  if (!has_value) value = Reference::Borrow(fallback);
  return Types().decision.Make({NewText(flag), value.release(), NoneOr(has_value, NewText(decision.variant)),
                                NewText(reason), TextOrNone(error), TextOrNone(decision.rule),
                                NoneOr(decision.bucket >= 0, PyLong_FromLong(decision.bucket)),
                                PyLong_FromLongLong(decision.snapshot_version), ToPython(decision.exposures())});
}

PyObject* ToPython(const Explanation& explanation) {
  return Types().explanation.Make({NewText(explanation.text), ParseJson(explanation.json)});
}

bool ExposedDecision::Read(PyObject* object) {
  if (!Types().decision.IsInstance(object)) return false;
  bool is_good = true;
  const auto get = [&](PyObject* from, const char* name) {
    Reference field = Reference::Steal(PyObject_GetAttrString(from, name));
    if (!field) PyErr_Clear();
    is_good = is_good && field;
    return field;
  };
  const auto text = [&](PyObject* from, const char* name) -> std::string_view {
    Reference field = get(from, name);
    if (!field || field.get() == Py_None) return {};
    const auto view = TextOf(field.get());
    is_good = is_good && view.has_value();
    texts_.push_back(std::move(field));
    return view.value_or(std::string_view());
  };
  const auto number = [&](PyObject* from, const char* name) -> long long {
    const Reference field = get(from, name);
    const long long value = field && PyLong_Check(field.get()) ? PyLong_AsLongLong(field.get()) : -1;
    if (PyErr_Occurred() != nullptr) PyErr_Clear();
    is_good = is_good && value >= 0;
    return value;
  };
  decision_.flag = text(object, "flag");
  decision_.rule = text(object, "rule");
  decision_.snapshot_version = number(object, "snapshot_version");
  const Reference exposures = get(object, "exposures");
  if (!exposures || !PyTuple_Check(exposures.get())) return false;
  const Py_ssize_t count = PyTuple_GET_SIZE(exposures.get());
  if (count > static_cast<Py_ssize_t>(kMaxExposures)) return false;
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* const item = PyTuple_GET_ITEM(exposures.get(), i);
    if (!Types().exposure.IsInstance(item)) return false;
    Exposure exposure;
    exposure.experiment_id = text(item, "experiment_id");
    exposure.experiment = text(item, "experiment");
    exposure.variant = text(item, "variant");
    exposure.bucket_by = text(item, "bucket_by");
    exposure.phase = static_cast<uint32_t>(number(item, "phase"));
    const Reference is_holdout = get(item, "is_holdout");
    exposure.is_holdout = is_holdout.get() == Py_True;
    if (text(item, "origin") == kStickyOrigin) exposure.origin = ExposureOrigin::kSticky;
    std::construct_at(&decision_.exposure_list[static_cast<size_t>(i)], exposure);
  }
  decision_.exposure_count = static_cast<uint8_t>(count);
  return is_good;
}

}  // namespace expt::python
