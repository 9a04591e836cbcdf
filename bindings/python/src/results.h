// Decisions and values as Python objects.
#ifndef EXPT_BINDINGS_PYTHON_RESULTS_H_
#define EXPT_BINDINGS_PYTHON_RESULTS_H_

#include <Python.h>

#include <string>
#include <vector>

#include "expt/decision.h"
#include "expt/evaluate.h"
#include "record_type.h"

namespace expt::python {

// The dataclasses of expt._types; filled at import and kept until the process ends.
struct ResultTypes {
  RecordType assignment;
  RecordType decision;
  RecordType exposure;
  RecordType explanation;
  RecordType drop;
  RecordType flush_report;
  RecordType load_count;
  RecordType status;
  RecordType track_result;

  // False with an exception set.
  bool Load();
};
ResultTypes& Types();

// bool, str, int, float, or parsed JSON: a new object each time, so that nobody changes another's. A new reference;
// null with an exception set where memory is short or the JSON is none.
PyObject* ToPython(const ValueView& value);

// What a caller's default asks for: boolean, integer, double, string, JSON for dict and list, any type for None, and a
// type that no flag has for any other.
ValueType ExpectedType(PyObject* fallback);

// expt.Decision, whose value is `fallback` where the decision has none. An integer is a float for a caller who asked
// for a double. `flag` is the key that was asked for; the engine leaves it empty for a flag that it does not know. A
// new reference; null with an exception set.
PyObject* ToPython(const Decision& decision, std::string_view flag, PyObject* fallback, ValueType expected);

// expt.Explanation. A new reference; null with an exception set.
PyObject* ToPython(const Explanation& explanation);

// The decision that an expt.Decision was made from, as far as its exposures need it.
class ExposedDecision {
 public:
  // False when `object` is no expt.Decision with fields of the right types.
  bool Read(PyObject* object);
  const Decision& view() const { return decision_; }

 private:
  Decision decision_;
  std::vector<Reference> texts_;  // what the decision views
};

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_RESULTS_H_
