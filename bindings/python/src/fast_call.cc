#include "fast_call.h"

#include <array>
#include <bit>
#include <concepts>
#include <exception>
#include <new>
#include <string>

#include "arguments.h"
#include "assignments.h"
#include "many.h"
#include "results.h"
#include "text.h"

namespace py = pybind11;

namespace expt::python {
namespace {

using Arguments = PyObject* const*;

// The engine of `self`. Null with TypeError set where __init__ never ran.
template <typename E>
E* EngineOf(PyObject* self) {
  E* const engine = Inside<E>(self);
  if (engine == nullptr) PyErr_SetString(PyExc_TypeError, "expt: __init__() of this object was not called");
  return engine;
}

// Nothing that C++ throws may pass through Python's frames.
template <typename Call>
PyObject* Guarded(Call call) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
    return nullptr;
  }
}

// What names no flag is the key of none.
std::string_view FlagKey(PyObject* argument) { return TextOf(argument).value_or(std::string_view()); }

PyObject* ValueOf(const Decision& decision, ValueType expected, PyObject* fallback) {
  if (!decision.has_value()) return Py_NewRef(fallback);
  if (expected == ValueType::kDouble) return PyFloat_FromDouble(decision.ValueOr<double>(0));
  PyObject* value = ToPython(decision.value);
  if (value != nullptr || PyErr_ExceptionMatches(PyExc_MemoryError)) return value;
  PyErr_Clear();  // as ToPython of a decision
  return Py_NewRef(fallback);
}

// The value by the client's own typed calls, which need no copy of the decision. Null without an exception for a
// default that they cannot take. The caller's very object comes back where the value equals it.
PyObject* TypedValue(const expt::Client& client, std::string_view flag, const Context& context, ValueType expected,
                     PyObject* fallback) {
  if (expected == ValueType::kBoolean) return PyBool_FromLong(client.Value(flag, context, fallback == Py_True));
  if (expected == ValueType::kInteger) {
    int overflow = 0;
    const int64_t own = PyLong_AsLongLongAndOverflow(fallback, &overflow);
    if (overflow != 0) return nullptr;
    const int64_t value = client.Value(flag, context, own);
    return value == own ? Py_NewRef(fallback) : PyLong_FromLongLong(value);
  }
  if (expected == ValueType::kDouble) {
    const double own = PyFloat_AS_DOUBLE(fallback);
    const double value = client.Value(flag, context, own);
    return std::bit_cast<uint64_t>(value) == std::bit_cast<uint64_t>(own) ? Py_NewRef(fallback)
                                                                          : PyFloat_FromDouble(value);
  }
  if (expected == ValueType::kString) {
    const auto own = TextOf(fallback);
    if (!own) return nullptr;
    const std::string value = client.Value(flag, context, *own);
    return value == *own ? Py_NewRef(fallback) : NewText(value);
  }
  return nullptr;
}

template <typename E>
PyObject* Value(E& engine, PyObject* flag_argument, PyObject* context_argument, PyObject* fallback,
                PyObject* sticky_argument) {
  const std::string_view flag = FlagKey(flag_argument);
  ContextArgument context(context_argument);
  const StickyAssignments* const sticky = StickyOf(sticky_argument, context);
  const ValueType expected = ExpectedType(fallback);
  if constexpr (std::same_as<E, ClientEngine>) {
    const expt::Client* const client = sticky == nullptr ? engine.DecidingClient() : nullptr;
    if (client != nullptr && context.given() != nullptr) {
      PyObject* const value = TypedValue(*client, flag, *context.given(), expected, fallback);
      if (value != nullptr || PyErr_Occurred() != nullptr) return value;
    }
  }
  return engine.Ask(flag, context, expected, {.sticky = sticky},
                    [&](const Decision& decision) { return ValueOf(decision, expected, fallback); });
}

template <typename E>
PyObject* EnabledCall(PyObject* self, Arguments arguments, Py_ssize_t count, PyObject* keywords) {
  static constexpr Signature<3> kSignature = {"enabled", {"flag", "context", "sticky"}, 2, 2};
  std::array<PyObject*, 3> given;
  E* const engine = EngineOf<E>(self);
  if (engine == nullptr || !Parse(kSignature, arguments, count, keywords, given)) return nullptr;
  return Guarded([&] { return Value(*engine, given[0], given[1], Py_False, given[2]); });
}

template <typename E>
PyObject* ValueCall(PyObject* self, Arguments arguments, Py_ssize_t count, PyObject* keywords) {
  static constexpr Signature<4> kSignature = {"value", {"flag", "context", "default", "sticky"}, 3, 3};
  std::array<PyObject*, 4> given;
  E* const engine = EngineOf<E>(self);
  if (engine == nullptr || !Parse(kSignature, arguments, count, keywords, given)) return nullptr;
  return Guarded([&] { return Value(*engine, given[0], given[1], given[2], given[3]); });
}

template <typename E>
PyObject* VariantCall(PyObject* self, Arguments arguments, Py_ssize_t count, PyObject* keywords) {
  static constexpr Signature<4> kSignature = {"variant", {"flag", "context", "default", "sticky"}, 3, 3};
  std::array<PyObject*, 4> given;
  E* const engine = EngineOf<E>(self);
  if (engine == nullptr || !Parse(kSignature, arguments, count, keywords, given)) return nullptr;
  return Guarded([&] {
    const std::string_view flag = FlagKey(given[0]);
    ContextArgument context(given[1]);
    const StickyAssignments* const sticky = StickyOf(given[3], context);
    if constexpr (std::same_as<E, ClientEngine>) {
      const expt::Client* const client = sticky == nullptr ? engine->DecidingClient() : nullptr;
      if (client != nullptr && context.given() != nullptr) {
        const std::string variant = client->Variant(flag, *context.given(), "");  // no variant key is empty
        return variant.empty() ? Py_NewRef(given[2]) : NewText(variant);
      }
    }
    return engine->Ask(flag, context, ValueType::kMissing, {.sticky = sticky}, [&](const Decision& decision) {
      return decision.has_value() ? NewText(decision.variant) : Py_NewRef(given[2]);
    });
  });
}

template <typename E>
PyObject* DecisionCall(PyObject* self, Arguments arguments, Py_ssize_t count, PyObject* keywords) {
  static constexpr size_t kArguments = std::same_as<E, ClientEngine> ? 5 : 4;
  static constexpr Signature<5> kAll = {"decision", {"flag", "context", "default", "sticky", "record"}, 2, 3};
  static constexpr Signature<kArguments> kSignature = [] {
    Signature<kArguments> own = {kAll.call, {}, kAll.required, kAll.positional};
    for (size_t i = 0; i < kArguments; ++i) own.names[i] = kAll.names[i];
    return own;
  }();
  std::array<PyObject*, kArguments> given;
  E* const engine = EngineOf<E>(self);
  if (engine == nullptr || !Parse(kSignature, arguments, count, keywords, given)) return nullptr;
  return Guarded([&] {
    PyObject* const fallback = given[2] == nullptr ? Py_None : given[2];
    const std::string_view flag = FlagKey(given[0]);
    const ValueType expected = ExpectedType(fallback);
    ContextArgument context(given[1]);
    const bool record = kArguments < 5 || given.back() != Py_False;
    const DecideOptions options{.record = record, .sticky = StickyOf(given[3], context)};
    return engine->Ask(flag, context, expected, options,
                       [&](const Decision& decision) { return ToPython(decision, flag, fallback, expected); });
  });
}

template <typename E>
PyObject* ExplainCall(PyObject* self, Arguments arguments, Py_ssize_t count, PyObject* keywords) {
  static constexpr Signature<3> kSignature = {"explain", {"flag", "context", "sticky"}, 2, 2};
  std::array<PyObject*, 3> given;
  E* const engine = EngineOf<E>(self);
  if (engine == nullptr || !Parse(kSignature, arguments, count, keywords, given)) return nullptr;
  return Guarded([&] {
    ContextArgument context(given[1]);
    const StickyAssignments* const sticky = StickyOf(given[2], context);
    return ToPython(engine->Explain(FlagKey(given[0]), context.Whole(), sticky));
  });
}

template <typename E>
PyObject* AllCall(PyObject* self, Arguments arguments, Py_ssize_t count, PyObject* keywords) {
  static constexpr Signature<2> kSignature = {"all", {"context", "sticky"}, 1, 1};
  std::array<PyObject*, 2> given;
  E* const engine = EngineOf<E>(self);
  if (engine == nullptr || !Parse(kSignature, arguments, count, keywords, given)) return nullptr;
  return Guarded([&] {
    ContextArgument context(given[0]);
    const StickyAssignments* const sticky = StickyOf(given[1], context);
    Reference all = Reference::Steal(PyDict_New());
    engine->All(context.Whole(), sticky, [&](const Decision& decision) {
      if (!all) return;
      const Reference key = Reference::Steal(NewText(decision.flag));
      const Reference value = Reference::Steal(ToPython(decision, decision.flag, Py_None, ValueType::kMissing));
      if (!key || !value || PyDict_SetItem(all.get(), key.get(), value.get()) != 0) all = Reference();
    });
    return all.release();
  });
}

PyObject* ManyCall(PyObject* self, Arguments arguments, Py_ssize_t count, PyObject* keywords) {
  static constexpr Signature<3> kSignature = {"many", {"flag", "columns", "sticky"}, 2, 2};
  std::array<PyObject*, 3> given;
  const SnapshotEngine* const engine = EngineOf<SnapshotEngine>(self);
  if (engine == nullptr || !Parse(kSignature, arguments, count, keywords, given)) return nullptr;
  return Guarded([&]() -> PyObject* {
    const StickyAssignments* sticky = nullptr;
    if (!ReadSticky(given[2], sticky)) return nullptr;
    return DecideMany(engine->snapshot(), FlagKey(given[0]), given[1], engine->Input(sticky));
  });
}

PyObject* EmptyCall(PyObject* /*self*/, Arguments /*arguments*/, Py_ssize_t /*count*/) { return Py_NewRef(Py_None); }

template <typename F>
PyCFunction Erased(F function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

void AddMethod(py::object type, PyMethodDef& method) {
  PyObject* const descriptor = PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(type.ptr()), &method);
  if (descriptor == nullptr) throw py::error_already_set();
  type.attr(method.ml_name) = py::reinterpret_steal<py::object>(descriptor);
}

}  // namespace

template <typename E>
void AddEvaluation(py::class_<E>& type) {
  constexpr int kFlags = METH_FASTCALL | METH_KEYWORDS;
  static PyMethodDef methods[] = {
      {"enabled", Erased(&EnabledCall<E>), kFlags,
       "enabled($self, /, flag, context, *, sticky=None)\n--\n\nThe value of a boolean flag; False when nothing decides."},
      {"value", Erased(&ValueCall<E>), kFlags,
       "value($self, /, flag, context, default, *, sticky=None)\n--\n\nThe flag's value; the default when nothing decides or the flag "
       "is of another type than the default."},
      {"variant", Erased(&VariantCall<E>), kFlags,
       "variant($self, /, flag, context, default, *, sticky=None)\n--\n\nThe variant key; the default when nothing decides."},
      {"decision", Erased(&DecisionCall<E>), kFlags,
       std::same_as<E, ClientEngine>
           ? "decision($self, /, flag, context, default=None, *, sticky=None, record=True)\n--\n\n"
                 "Everything about one decision."
           : "decision($self, /, flag, context, default=None, *, sticky=None)\n--\n\n"
                 "Everything about one decision."},
      {"explain", Erased(&ExplainCall<E>), kFlags,
       "explain($self, /, flag, context, *, sticky=None)\n--\n\nThe decision and every step that led to it. Records nothing."},
      {"all", Erased(&AllCall<E>), kFlags,
       "all($self, /, context, *, sticky=None)\n--\n\nEvery flag's decision by flag key. Records nothing."},
  };
  class_of<E> = reinterpret_cast<PyTypeObject*>(type.ptr());
  for (PyMethodDef& method : methods) AddMethod(type, method);
  if constexpr (std::same_as<E, SnapshotEngine>) {
    static PyMethodDef many = {
        "many", Erased(&ManyCall), kFlags,
        "many($self, /, flag, columns, *, sticky=None)\n--\n\nThe flag's decisions for many units: `columns` holds a "
        "list of values for each attribute."};
    AddMethod(type, many);
  }
}

template void AddEvaluation(py::class_<ClientEngine>& type);
template void AddEvaluation(py::class_<SnapshotEngine>& type);

void AddEmptyCall(py::module_& module) {
  static PyMethodDef method = {"_empty_call", Erased(&EmptyCall), METH_FASTCALL, "Does nothing; for benchmarks."};
  PyObject* const function = PyCFunction_New(&method, nullptr);
  if (function == nullptr) throw py::error_already_set();
  module.attr(method.ml_name) = py::reinterpret_steal<py::object>(function);
}

}  // namespace expt::python
