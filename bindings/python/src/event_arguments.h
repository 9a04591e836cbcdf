// What a program says about an event, as the client takes it.
#ifndef EXPT_BINDINGS_PYTHON_EVENT_ARGUMENTS_H_
#define EXPT_BINDINGS_PYTHON_EVENT_ARGUMENTS_H_

#include <pybind11/pybind11.h>

#include <list>
#include <string>
#include <vector>

#include "expt/event.h"

namespace expt::python {

// A number; NaN, which no event takes, for an object that is none. Nothing for None.
std::optional<double> ToEventValue(pybind11::handle value);

// A dict as properties. What no property can be is missing in it, so that the event is refused and counted.
// Views the dict's objects. TypeError for anything but a dict and None.
std::vector<Property> ToProperties(pybind11::handle properties);

// A dict of unit type to unit id, and the text that the units view.
class UnitArguments {
 public:
  // TypeError for anything but a dict and None.
  explicit UnitArguments(pybind11::handle units);
  std::span<const Unit> list() const { return units_; }

 private:
  std::list<std::string> texts_;
  std::vector<Unit> units_;
};

// A unit id as text: a str or an int; empty for anything else.
std::string ToUnitId(pybind11::handle unit_id);

}  // namespace expt::python

#endif  // EXPT_BINDINGS_PYTHON_EVENT_ARGUMENTS_H_
