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
Context MakeContext(const py::args& args, const py::kwargs& more) {
  if (args.size() > 2) throw py::type_error("Context() takes a targeting key, a dict and named attributes");
  ContextReader reader;
  if (args.size() == 2 && !py::handle(args[1]).is_none()) {
    const py::object attributes = args[1];
    if (!PyDict_Check(attributes.ptr())) throw py::type_error("attributes: expected a dict");
    reader.AddAll(attributes.ptr());
  }
  reader.AddAll(more.ptr());
  if (!args.empty() && !py::handle(args[0]).is_none()) reader.Add(kTargetingKey, PyTuple_GET_ITEM(args.ptr(), 0));
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
  context.def(py::init(&MakeContext))
      .def_property_readonly("is_valid", &Context::is_valid,
                             "False with more than 256 attributes or two different targeting keys.")
      .def("attributes", &Attributes, "Every attribute that is present, the targeting key among them.")
      // Values may identify a person, so they are not shown.
      .def("__repr__",
           [](const Context& self) { return py::str("<expt.Context: {} attributes>").format(self.entries().size()); });
  class_of<Context> = reinterpret_cast<PyTypeObject*>(context.ptr());
}

}  // namespace expt::python
