// expt.Root and expt.Snapshot.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "classes.h"
#include "errors.h"
#include "fast_call.h"
#include "moment.h"
#include "snapshot_engine.h"

namespace py = pybind11;

namespace expt::python {
namespace {

std::optional<Audience> ToAudience(const std::optional<std::string>& name) {
  if (!name) return std::nullopt;
  if (*name == "server") return Audience::kServer;
  if (*name == "client") return Audience::kClient;
  Raise(absl::InvalidArgumentError("audience: expected \"server\" or \"client\", got \"" + *name + "\""));
}

std::optional<Digest> ToDigest(const char* name, const py::object& given) {
  if (given.is_none()) return std::nullopt;
  const auto bytes = given.cast<py::bytes>();
  const std::string_view view(bytes);
  Digest digest;
  if (view.size() != digest.size()) {
    Raise(absl::InvalidArgumentError(std::string(name) + ": expected 32 bytes, got " + std::to_string(view.size())));
  }
  std::copy(view.begin(), view.end(), digest.begin());
  return digest;
}

Floor ToFloor(const py::object& floor) {
  if (floor.is_none()) return {};
  return {.epoch = floor.attr("epoch").cast<int64_t>(),
          .version = floor.attr("version").cast<int64_t>(),
          .digest = ToDigest("floor: digest", floor.attr("digest"))};
}

Root ParseRoot(const py::bytes& data, const py::object& digest) {
  const std::optional<Digest> pin = ToDigest("digest", digest);
  const std::string_view bytes(data);
  absl::StatusOr<Root> root = [&] {
    const py::gil_scoped_release released;
    return Root::Parse(bytes, pin);
  }();
  if (!root.ok()) Raise(root.status());
  return *std::move(root);
}

std::unique_ptr<SnapshotEngine> ParseSnapshot(const py::bytes& data, const Root& root, const std::string& environment,
                                              const std::optional<std::string>& audience, const py::object& floor) {
  const Trust trust{
      .root = root, .environment = environment, .audience = ToAudience(audience), .floor = ToFloor(floor)};
  const std::string_view bytes(data);
  absl::StatusOr<Snapshot> snapshot = [&] {
    const py::gil_scoped_release released;
    return Snapshot::Parse(bytes, trust);
  }();
  if (!snapshot.ok()) Raise(snapshot.status());
  return std::make_unique<SnapshotEngine>(*std::move(snapshot));
}

SnapshotEngine WithOverlay(const SnapshotEngine& self, const std::vector<std::string>& emergency_off,
                           const std::string& stale) {
  Overlay overlay;
  overlay.emergency_off = emergency_off;
  if (stale == "defaults") {
    overlay.stale = Overlay::Stale::kDefaults;
  } else if (stale == "fail_closed") {
    overlay.stale = Overlay::Stale::kFailClosed;
  } else if (stale != "keep") {
    Raise(
        absl::InvalidArgumentError("stale: expected \"keep\", \"defaults\" or \"fail_closed\", got \"" + stale + "\""));
  }
  return self.With(overlay);
}

py::bytes ToBytes(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

py::tuple ToTexts(std::span<const std::string> texts) {
  return py::tuple(py::cast(std::vector<std::string>(texts.begin(), texts.end())));
}

py::tuple FlagKeys(const SnapshotEngine& self) {
  std::vector<std::string_view> keys;
  for (size_t i = 0; i < self.snapshot().flag_count(); ++i) keys.push_back(self.snapshot().flag(i).key);
  return py::tuple(py::cast(keys));
}

py::tuple RequiredAttributes(const SnapshotEngine& self, std::string_view flag) {
  const auto names = self.snapshot().required_attributes(flag);
  return py::tuple(py::cast(std::vector<std::string_view>(names.begin(), names.end())));
}

void DefineRoot(py::module_& module) {
  py::class_<Root>(module, "Root", py::is_final(), "The keys that may sign, read from a Root file.")
      .def_static("parse", &ParseRoot, py::arg("data"), py::arg("digest") = py::none(),
                  "Reads a Root file; with `digest`, only the one whose SHA-256 that is.")
      .def_property_readonly("version", &Root::version)
      .def_property_readonly("environments", [](const Root& self) { return ToTexts(self.environments()); })
      .def_property_readonly("digest", [](const Root& self) { return ToBytes(self.digest()); });
}

}  // namespace

void DefineSnapshot(py::module_& module) {
  DefineRoot(module);
  py::class_<SnapshotEngine> snapshot(module, "Snapshot", py::is_final(),
                                      "An immutable, verified set of flags for one environment.");
  snapshot
      .def_static("parse", &ParseSnapshot, py::arg("data"), py::kw_only(), py::arg("root"), py::arg("environment") = "",
                  py::arg("audience") = py::none(), py::arg("floor") = py::none(),
                  "Verifies, decodes and compiles a signed file. Raises LoadError.")
      .def(
          "at", [](const SnapshotEngine& self, const py::object& now) { return self.At(ToTime("now", now)); },
          py::arg("now"), "The same rules, decided as of `now`: a datetime, or milliseconds since 1970.")
      .def("with_overlay", &WithOverlay, py::kw_only(), py::arg("emergency_off") = std::vector<std::string>(),
           py::arg("stale") = "keep", "The same rules with some flags off, or as when the snapshot is too old.")
      .def_property_readonly("version", [](const SnapshotEngine& self) { return self.snapshot().version(); })
      .def_property_readonly("epoch", [](const SnapshotEngine& self) { return self.snapshot().epoch(); })
      .def_property_readonly("project", [](const SnapshotEngine& self) { return self.snapshot().project(); })
      .def_property_readonly("environment", [](const SnapshotEngine& self) { return self.snapshot().environment(); })
      .def_property_readonly("audience",
                             [](const SnapshotEngine& self) {
                               return self.snapshot().audience() == Audience::kServer ? "server" : "client";
                             })
      .def_property_readonly("issued_at",
                             [](const SnapshotEngine& self) { return ToDatetime(self.snapshot().issued_at()); })
      .def_property_readonly("digest", [](const SnapshotEngine& self) { return ToBytes(self.snapshot().digest()); })
      .def_property_readonly("warnings", [](const SnapshotEngine& self) { return ToTexts(self.snapshot().warnings()); })
      .def_property_readonly("flags", &FlagKeys, "Flag keys, in the snapshot's order.")
      .def("required_attributes", &RequiredAttributes, py::arg("flag"),
           "Names of the attributes that deciding the flag may read; empty for an unknown flag.");
  AddEvaluation(snapshot);
}

}  // namespace expt::python
