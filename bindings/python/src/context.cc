// expt.Context.
#include "expt/context.h"

#include <pybind11/pybind11.h>

#include "classes.h"
#include "context_reader.h"
#include "instance.h"
#include "results.h"

namespace py = pybind11;

namespace expt::python {
namespace {

// Context("user-42", {"device.os": "ios"}, country="CH")
Context MakeContext(const py::object& targeting_key, const py::object& attributes, const py::kwargs& more) {
  ContextReader reader;
  if (PyDict_Check(attributes.ptr())) {
    reader.AddAll(attributes.ptr());
  } else if (!attributes.is_none()) {
    throw py::type_error("attributes: expected a dict");
  }
  reader.AddAll(more.ptr());
  if (!targeting_key.is_none()) reader.Add(kTargetingKey, targeting_key.ptr());
  return reader.Make();
}

py::dict Attributes(const Context& context) {
  py::dict all;
  for (const Context::Entry& entry : context.entries()) {
    PyObject* const value = ToPython(entry.value);
    if (value == nullptr) throw py::error_already_set();
    all[py::str(entry.name.data(), entry.name.size())] = py::reinterpret_steal<py::object>(value);
  }
  return all;
}

}  // namespace

void DefineContext(py::module_& module) {
  py::class_<Context> context(module, "Context", py::is_final(),
                              "What is known about who is asking. Immutable; nested dicts are flattened with dots.");
  context
      .def(py::init(&MakeContext), py::arg("targeting_key") = py::none(), py::arg("attributes") = py::none(),
           py::pos_only())
      .def_property_readonly("is_valid", &Context::is_valid,
                             "False with more than 256 attributes or two different targeting keys.")
      .def("attributes", &Attributes, "Every attribute that is present, the targeting key among them.")
      // Values may identify a person, so they are not shown.
      .def("__repr__",
           [](const Context& self) { return py::str("<expt.Context: {} attributes>").format(self.entries().size()); });
  class_of<Context> = reinterpret_cast<PyTypeObject*>(context.ptr());
}

}  // namespace expt::python
