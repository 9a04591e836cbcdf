// Text across the border: str and UTF-8.
#ifndef EXPT_BINDINGS_PYTHON_TEXT_H_
#define EXPT_BINDINGS_PYTHON_TEXT_H_

#include <Python.h>

#include <optional>
#include <string_view>

namespace expt::python {

// UTF-8 of a str, cached in the object and valid while it lives. Nothing for a str that is not Unicode (lone
// surrogates) and for other objects; leaves no exception behind.
inline std::optional<std::string_view> TextOf(PyObject* object) {
  if (!PyUnicode_Check(object)) return std::nullopt;
  if (PyUnicode_IS_COMPACT_ASCII(object)) {  // is its own UTF-8
    return std::string_view(reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(object)),
                            static_cast<size_t>(PyUnicode_GET_LENGTH(object)));
  }
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(object, &size);
  if (data == nullptr) {
    PyErr_Clear();
    return std::nullopt;
  }
  return std::string_view(data, static_cast<size_t>(size));
}

// A new str, or null with an exception set.
inline PyObject* NewText(std::string_view text) {
  return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
}

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_TEXT_H_
