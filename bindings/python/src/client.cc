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
#include "named_arguments.h"
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

constexpr Signature<18> kOpen = {
    "Client",
    {"url", "key", "root", "expected_environment", "data_directory", "poll_interval", "flush_interval",
     "connect_timeout", "request_timeout", "buffer_events", "buffer_bytes", "spool_directory", "spool_bytes",
     "durability", "bundle", "snapshot_url", "on_very_stale", "stream"},
    2,
    0};

std::string ToPath(const char* name, py::handle given) {
  return given.is_none() ? std::string() : ToText(name, py::module_::import("os").attr("fspath")(given));
}

SpoolOptions::Durability ToDurability(py::handle given) {
  using Durability = SpoolOptions::Durability;
  if (given.is_none()) return SpoolOptions().durability;
  const std::string text = ToText("durability", given);
  if (text == "memory") return Durability::kMemory;
  if (text == "flush") return Durability::kFlush;
  if (text == "every") return Durability::kEvery;
  throw py::value_error("durability: expected \"memory\", \"flush\" or \"every\", got \"" + text + "\"");
}

std::unique_ptr<ClientEngine> Open(const py::args& args, const py::kwargs& kwargs) {
  const NamedArguments given(kOpen, args, kwargs);
  const auto duration = [&](size_t i, std::chrono::milliseconds& option) {
    option = ToDuration(kOpen.names[i], given[i], option);
  };
  ClientOptions options;
  options.url = ToText("url", given[0]);
  options.key = ToText("key", given[1]);
  if (!given[2].is_none()) options.root = std::string(ToData("root", given[2]));
  options.expected_environment = ToText("expected_environment", given[3]);
  options.data_directory = ToPath("data_directory", given[4]);
  duration(5, options.poll_interval);
  duration(6, options.flush_interval);
  duration(7, options.connect_timeout);
  duration(8, options.request_timeout);
  options.buffer_events = ToCount("buffer_events", given[9], options.buffer_events);
  options.buffer_bytes = ToCount("buffer_bytes", given[10], options.buffer_bytes);
  options.spool.directory = ToPath("spool_directory", given[11]);
  options.spool.max_bytes = ToCount("spool_bytes", given[12], options.spool.max_bytes);
  options.spool.durability = ToDurability(given[13]);
  if (!given[14].is_none()) options.bundle = std::string(ToData("bundle", given[14]));
  options.snapshot_url = ToText("snapshot_url", given[15]);
  options.on_very_stale = ToStale("on_very_stale", ToText("on_very_stale", given[16], "keep"));
  if (!given[17].is_none()) options.stream = ToFlag("stream", given[17]);
  options.sdk = "python";
  absl::StatusOr<std::unique_ptr<ClientEngine>> engine = ClientEngine::Open(std::move(options));
  if (!engine.ok()) Raise(engine.status());
  return *std::move(engine);
}

constexpr Signature<3> kFromFile = {"from_file", {"snapshot", "root", "environment"}, 2, 0};

std::unique_ptr<ClientEngine> FromFile(const py::args& args, const py::kwargs& kwargs) {
  const NamedArguments given(kFromFile, args, kwargs);
  absl::StatusOr<std::unique_ptr<ClientEngine>> engine =
      ClientEngine::FromFile({.snapshot = ToPath("snapshot", given[0]),
                              .root = ToPath("root", given[1]),
                              .environment = ToText("environment", given[2])});
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
std::string_view Word(py::handle argument) { return TextOf(argument.ptr()).value_or(std::string_view()); }

constexpr Signature<7> kTrack = {
    "track", {"name", "context", "value", "properties", "time", "event_id", "units"}, 2, 2};

py::object Track(ClientEngine& self, const py::args& args, const py::kwargs& kwargs) {
  const NamedArguments given(kTrack, args, kwargs);
  const std::vector<Property> facts = ToProperties(given[3]);
  const UnitArguments more_units(given[6]);
  const std::string event_id = ToText("event_id", given[5]);
  ContextArgument who(given[1].ptr());
  TrackOptions options;
  options.value = ToEventValue(given[2]);
  options.properties = facts;
  options.time = ToOptionalTime("time", given[4]);
  options.event_id = event_id;
  options.units = more_units.list();
  return ToResult(self.client().Track(Word(given[0]), who.Whole(), options));
}

constexpr Signature<2> kExposeDecision = {"expose", {"decision", "context"}, 2, 2};
constexpr Signature<5> kExpose = {"expose", {"experiment", "variant", "context", "time", "event_id"}, 3, 3};

py::object Expose(ClientEngine& self, const py::args& args, const py::kwargs& kwargs) {
  if (args.size() + kwargs.size() == 2) {
    const NamedArguments given(kExposeDecision, args, kwargs);
    ExposedDecision exposed;
    if (!exposed.Read(given[0].ptr())) throw py::type_error("expose() expected an expt.Decision and its context");
    ContextArgument who(given[1].ptr());
    return ToResult(self.client().Expose(exposed.view(), who.Whole()));
  }
  const NamedArguments given(kExpose, args, kwargs);
  const std::string event_id = ToText("event_id", given[4]);
  ContextArgument who(given[2].ptr());
  return ToResult(self.client().Expose(Word(given[0]), Word(given[1]), who.Whole(),
                                       {.time = ToOptionalTime("time", given[3]), .event_id = event_id}));
}

constexpr Signature<3> kIdentify = {"identify", {"context", "unit_type", "unit_id"}, 3, 3};

py::object Identify(ClientEngine& self, const py::args& args, const py::kwargs& kwargs) {
  const NamedArguments given(kIdentify, args, kwargs);
  ContextArgument who(given[0].ptr());
  return ToResult(self.client().Identify(who.Whole(), Word(given[1]), ToUnitId(given[2])));
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
  py::tuple conditions(status.conditions.size());
  for (size_t i = 0; i < status.conditions.size(); ++i) {
    conditions[i] = Own(NewText(ConditionName(status.conditions[i])));
  }
  py::tuple load_counts(status.load_counts.size());
  for (size_t i = 0; i < status.load_counts.size(); ++i) {
    const ClientStatus::LoadCount& row = status.load_counts[i];
    load_counts[i] = Own(Types().load_count.Make(
        {PyLong_FromLong(row.step), NewText(LoadCodeName(row.code)), PyLong_FromUnsignedLongLong(row.count)}));
  }
  const auto& digest = status.quarantined;
  const auto number = [](uint64_t count) { return PyLong_FromUnsignedLongLong(count); };
  const auto& load = status.last_load_error;
  return Own(Types().status.Make(
      {NewText(StateName(status.state)), NewText(status.environment), PyLong_FromLongLong(self.Pin().version()),
       PyFloat_FromDouble(static_cast<double>(status.age.count()) / 1000),
       status.last_error.empty() ? Py_NewRef(Py_None) : NewText(status.last_error),
       load ? PyLong_FromLong(load->step) : Py_NewRef(Py_None),
       load ? NewText(LoadCodeName(load->code)) : Py_NewRef(Py_None), number(status.events_accepted),
       number(status.events_delivered), number(status.events_duplicate), number(status.events_rejected),
       number(status.events_spooled), number(status.exposures_suppressed), drops.release().ptr(),
       NewText(SourceName(status.source)), conditions.release().ptr(),
       digest ? PyBytes_FromStringAndSize(reinterpret_cast<const char*>(digest->data()), digest->size())
              : Py_NewRef(Py_None),
       PyBool_FromLong(status.is_streaming), load_counts.release().ptr()}));
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
  py::class_<ClientEngine> client(module, "Client", py::is_final(),
                                  "Keeps a fresh snapshot, decides, and reports. One serves all threads of a program.");
  client.def(py::init(&Open))
      .def_static("from_file", &FromFile,
                  "from_file(*, snapshot, root, environment=None)\n\n"
                  "Decides with a file, without any server. What is tracked is forgotten.")
      .def("ready", &Ready, py::arg("timeout") = kPatience,
           "Waits until a snapshot is installed. False when that did not happen in time; raises nothing.")
      .def("track", &Track,
           "track(name, context, *, value=None, properties=None, time=None, event_id=None, units=None)\n\n"
           "Records a metric event. Never waits for the network.")
      .def("expose", &Expose,
           "expose(experiment, variant, context, *, time=None, event_id=None)\nexpose(decision, context)\n\n"
           "Records an assignment made elsewhere, or the exposures of a decision that was taken without.")
      .def("identify", &Identify,
           "identify(context, unit_type, unit_id)\n\nSays that the context's targeting key and this unit are one "
           "person.")
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
