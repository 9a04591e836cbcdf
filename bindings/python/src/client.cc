// expt.Client.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>

#include "classes.h"
#include "client_engine.h"
#include "errors.h"
#include "event_arguments.h"
#include "fast_call.h"
#include "moment.h"
#include "results.h"
#include "text.h"

namespace py = pybind11;

namespace expt::python {
namespace {

constexpr double kPatience = 2.0;  // seconds; docs/python.md

// A new reference as an object, or the exception that is set.
py::object Own(PyObject* object) {
  if (object == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(object);
}

std::unique_ptr<ClientEngine> Open(const std::string& url, const std::string& key, const py::bytes& root,
                                   const std::string& expected_environment, const py::object& data_directory,
                                   double poll_interval, double flush_interval, double connect_timeout,
                                   double request_timeout, size_t buffer_events, size_t buffer_bytes) {
  ClientOptions options;
  options.url = url;
  options.key = key;
  options.root = std::string(root);
  options.expected_environment = expected_environment;
  if (!data_directory.is_none()) {
    options.data_directory = py::module_::import("os").attr("fspath")(data_directory).cast<std::string>();
  }
  options.poll_interval = ToMilliseconds(poll_interval);
  options.flush_interval = ToMilliseconds(flush_interval);
  options.connect_timeout = ToMilliseconds(connect_timeout);
  options.request_timeout = ToMilliseconds(request_timeout);
  options.buffer_events = buffer_events;
  options.buffer_bytes = buffer_bytes;
  options.sdk = "python";
  absl::StatusOr<std::unique_ptr<ClientEngine>> engine = ClientEngine::Open(std::move(options));
  if (!engine.ok()) Raise(engine.status());
  return *std::move(engine);
}

// What the client's thread had to say, to logging.getLogger("expt").
void DrainLog(ClientEngine& self) {
  const auto [lines, dropped] = self.log().Take();
  if (lines.empty()) return;
  const py::object logger = py::module_::import("logging").attr("getLogger")("expt");
  for (const LogQueue::Line& line : lines) {
    const int level = 10 * (static_cast<int>(line.level) + 1);  // DEBUG is 10, ERROR 40
    logger.attr("log")(level, "%s", Own(NewText(line.text)));
  }
  if (dropped > 0) logger.attr("warning")("%d older lines were dropped", dropped);
}

bool Ready(ClientEngine& self, double timeout) {
  const bool is_ready = self.Ready(ToMilliseconds(timeout));
  DrainLog(self);
  return is_ready;
}

bool Close(ClientEngine& self, double timeout) {
  const bool is_delivered = self.Close(ToMilliseconds(timeout));
  DrainLog(self);
  return is_delivered;
}

py::object Flush(ClientEngine& self, double timeout) {
  expt::Client& client = self.client();
  const FlushReport report = [&] {
    const py::gil_scoped_release released;
    return client.Flush(ToMilliseconds(timeout));
  }();
  DrainLog(self);
  return Own(Types().flush_report.Make({PyLong_FromUnsignedLongLong(report.delivered),
                                        PyLong_FromUnsignedLongLong(report.rejected),
                                        PyLong_FromUnsignedLongLong(report.remaining)}));
}

bool WaitForRoom(ClientEngine& self, size_t events, double timeout) {
  expt::Client& client = self.client();
  const py::gil_scoped_release released;
  return client.WaitForRoom(events, ToMilliseconds(timeout));
}

py::object ToResult(TrackResult result) {
  return Own(
      Types().track_result.Make({result.accepted() ? Py_NewRef(Py_None) : NewText(DropReasonName(result.dropped))}));
}

// An argument that must be text; what is none is refused, and counted, like an empty one.
std::string_view Word(const py::object& argument) { return TextOf(argument.ptr()).value_or(std::string_view()); }

py::object Track(ClientEngine& self, const py::object& name, const py::object& context, const py::object& value,
                 const py::object& properties, const py::object& time, const std::string& event_id,
                 const py::object& units) {
  const std::vector<Property> facts = ToProperties(properties);
  const UnitArguments more_units(units);
  ContextArgument who(context.ptr());
  TrackOptions options;
  options.value = ToEventValue(value);
  options.properties = facts;
  options.time = ToOptionalTime("time", time);
  options.event_id = event_id;
  options.units = more_units.list();
  return ToResult(self.client().Track(Word(name), who.Whole(), options));
}

py::object Expose(ClientEngine& self, const py::object& experiment, const py::object& variant,
                  const py::object& context, const py::object& time, const std::string& event_id) {
  ContextArgument who(context.ptr());
  return ToResult(self.client().Expose(Word(experiment), Word(variant), who.Whole(),
                                       {.time = ToOptionalTime("time", time), .event_id = event_id}));
}

py::object ExposeDecision(ClientEngine& self, const py::object& decision, const py::object& context) {
  ExposedDecision exposed;
  if (!exposed.Read(decision.ptr())) throw py::type_error("expose: expected an expt.Decision and its context");
  ContextArgument who(context.ptr());
  return ToResult(self.client().Expose(exposed.view(), who.Whole()));
}

py::object Identify(ClientEngine& self, const py::object& context, const py::object& unit_type,
                    const py::object& unit_id) {
  ContextArgument who(context.ptr());
  return ToResult(self.client().Identify(who.Whole(), Word(unit_type), ToUnitId(unit_id)));
}

std::string_view NameOf(EventKind kind) {
  switch (kind) {
    case EventKind::kExposure:
      return "exposure";
    case EventKind::kMetric:
      return "metric";
    case EventKind::kIdentify:
      return "identify";
    case EventKind::kSummary:
      break;
  }
  return "summary";
}

py::object Status(ClientEngine& self) {
  const ClientStatus status = self.client().Status();
  DrainLog(self);
  py::tuple drops(status.drops.size());
  for (size_t i = 0; i < status.drops.size(); ++i) {
    const ClientStatus::Drop& drop = status.drops[i];
    drops[i] = Own(
        Types().drop.Make({NewText(DropReasonName(drop.reason)), NewText(NameOf(drop.kind)), NewText(drop.experiment),
                           NewText(drop.variant), PyLong_FromUnsignedLongLong(drop.count)}));
  }
  const auto number = [](uint64_t count) { return PyLong_FromUnsignedLongLong(count); };
  const auto& load = status.last_load_error;
  return Own(Types().status.Make(
      {NewText(StateName(status.state)), NewText(status.environment), PyLong_FromLongLong(self.Pin().version()),
       PyFloat_FromDouble(static_cast<double>(status.age.count()) / 1000),
       status.last_error.empty() ? Py_NewRef(Py_None) : NewText(status.last_error),
       load ? PyLong_FromLong(load->step) : Py_NewRef(Py_None),
       load ? NewText(LoadCodeName(load->code)) : Py_NewRef(Py_None), number(status.events_accepted),
       number(status.events_delivered), number(status.events_duplicate), number(status.events_rejected),
       number(status.exposures_suppressed), drops.release().ptr()}));
}

// At the end of the interpreter: what is still open gets a bounded chance to send what it holds.
void CloseAll(double timeout) {
  for (ClientEngine* engine : ClientEngine::Engines()) {
    const py::object client = py::cast(engine, py::return_value_policy::reference);  // keeps it alive meanwhile
    Close(*engine, timeout);
  }
}

}  // namespace

void DefineClient(py::module_& module) {
  const ClientOptions defaults;
  const auto seconds = [](std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; };
  py::class_<ClientEngine> client(module, "Client", py::is_final(),
                                  "Keeps a fresh snapshot, decides, and reports. One serves all threads of a program.");
  client
      .def(py::init(&Open), py::kw_only(), py::arg("url"), py::arg("key"), py::arg("root") = py::bytes(),
           py::arg("expected_environment") = "", py::arg("data_directory") = py::none(),
           py::arg("poll_interval") = seconds(defaults.poll_interval),
           py::arg("flush_interval") = seconds(defaults.flush_interval),
           py::arg("connect_timeout") = seconds(defaults.connect_timeout),
           py::arg("request_timeout") = seconds(defaults.request_timeout),
           py::arg("buffer_events") = defaults.buffer_events, py::arg("buffer_bytes") = defaults.buffer_bytes)
      .def("ready", &Ready, py::arg("timeout") = kPatience,
           "Waits until a snapshot is installed. False when that did not happen in time; raises nothing.")
      .def("track", &Track, py::arg("name"), py::arg("context"), py::kw_only(), py::arg("value") = py::none(),
           py::arg("properties") = py::none(), py::arg("time") = py::none(), py::arg("event_id") = "",
           py::arg("units") = py::none(), "Records a metric event. Never waits for the network.")
      .def("expose", &Expose, py::arg("experiment"), py::arg("variant"), py::arg("context"), py::kw_only(),
           py::arg("time") = py::none(), py::arg("event_id") = "",
           "Records an assignment made elsewhere, or the exposures of a decision that was taken without.")
      .def("expose", &ExposeDecision, py::arg("decision"), py::arg("context"))
      .def("identify", &Identify, py::arg("context"), py::arg("unit_type"), py::arg("unit_id"),
           "Says that the context's targeting key and this unit are one person.")
      .def(
          "pin", [](ClientEngine& self) { return SnapshotEngine(self.Pin()); },
          "The snapshot that decides now, for several decisions that must agree. It records nothing.")
      .def("wait_for_room", &WaitForRoom, py::arg("events"), py::arg("timeout") = kPatience,
           "Waits until the event buffer has room for so many more.")
      .def("flush", &Flush, py::arg("timeout") = kPatience,
           "Sends what is buffered; returns when all is acknowledged or the time is over.")
      .def("close", &Close, py::arg("timeout") = kPatience,
           "Flushes and stops. A second call does nothing. False when events remained; status() counts them.")
      .def("status", &Status, "How fresh the client is, and what became of its events.")
      .def("__enter__",
           [](const py::object& self) {
             Ready(self.cast<ClientEngine&>(), kPatience);
             return self;
           })
      .def("__exit__", [](ClientEngine& self, const py::args& /*exception*/) { Close(self, kPatience); })
      .def("__reduce__", [](ClientEngine& /*self*/) -> py::object {
        throw py::type_error("a client cannot be pickled: open one in each process");
      });
  AddEvaluation(client);
  module.def("_close_all", &CloseAll, py::arg("timeout"));
}

}  // namespace expt::python
