#include "record_type.h"

namespace expt::python {

bool RecordType::Load(const char* name) {
  const Reference module = Reference::Steal(PyImport_ImportModule("expt._types"));
  if (!module) return false;
  type_ = Reference::Steal(PyObject_GetAttrString(module.get(), name));
  if (!type_) return false;
  const Reference slots = Reference::Steal(PyObject_GetAttrString(type_.get(), "__slots__"));
  if (!slots) return false;
  const Reference names = Reference::Steal(PySequence_Tuple(slots.get()));
  if (!names) return false;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names.get()); ++i) {
    fields_.push_back(Reference::Borrow(PyTuple_GET_ITEM(names.get(), i)));
  }
  return true;
}

PyObject* RecordType::Make(std::span<PyObject* const> values) const {
  bool is_complete = values.size() == fields_.size();
  if (!is_complete) PyErr_SetString(PyExc_SystemError, "expt: a result has another number of fields than its class");
  auto* const type = reinterpret_cast<PyTypeObject*>(type_.get());
  Reference record;
  for (PyObject* value : values) is_complete = is_complete && value != nullptr;
  if (is_complete) record = Reference::Steal(type->tp_alloc(type, 0));
  for (size_t i = 0; i < values.size(); ++i) {
    if (record && PyObject_GenericSetAttr(record.get(), fields_[i].get(), values[i]) != 0) record = {};
    Py_XDECREF(values[i]);
  }
  return record.release();
}

}  // namespace expt::python
