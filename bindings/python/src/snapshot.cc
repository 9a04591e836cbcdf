// expt.Root and expt.Snapshot.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "classes.h"
#include "errors.h"
#include "fast_call.h"
#include "moment.h"
#include "named_arguments.h"
#include "snapshot_engine.h"

namespace py = pybind11;

namespace expt::python {
namespace {

std::optional<Audience> ToAudience(py::handle given) {
  if (given.is_none()) return std::nullopt;
  const std::string name = ToText("audience", given);
  if (name == "server") return Audience::kServer;
  if (name == "client") return Audience::kClient;
  Raise(absl::InvalidArgumentError("audience: expected \"server\" or \"client\", got \"" + name + "\""));
}

std::optional<Digest> ToDigest(const char* name, py::handle given) {
  if (given.is_none()) return std::nullopt;
  const std::string_view bytes = ToData(name, given);
  Digest digest;
  if (bytes.size() != digest.size()) {
    Raise(absl::InvalidArgumentError(std::string(name) + ": expected 32 bytes, got " + std::to_string(bytes.size())));
  }
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

Floor ToFloor(py::handle floor) {
  if (floor.is_none()) return {};
  if (!py::isinstance(floor, py::module_::import("expt._types").attr("Floor"))) {
    throw py::type_error("floor: expected an expt.Floor");
  }
  const py::object digest = floor.attr("digest");
  return {.epoch = floor.attr("epoch").cast<int64_t>(),
          .version = floor.attr("version").cast<int64_t>(),
          .digest = ToDigest("floor: digest", digest)};
}

constexpr Signature<2> kParseRoot = {"parse", {"data", "digest"}, 1, 2};

Root ParseRoot(const py::args& args, const py::kwargs& kwargs) {
  const NamedArguments given(kParseRoot, args, kwargs);
  const std::string_view data = ToData("data", given[0]);
  const std::optional<Digest> pin = ToDigest("digest", given[1]);
  absl::StatusOr<Root> root = [&] {
    const py::gil_scoped_release released;
    return Root::Parse(data, pin);
  }();
  if (!root.ok()) Raise(root.status());
  return *std::move(root);
}

constexpr Signature<5> kParseSnapshot = {"parse", {"data", "root", "environment", "audience", "floor"}, 2, 1};

std::unique_ptr<SnapshotEngine> ParseSnapshot(const py::args& args, const py::kwargs& kwargs) {
  const NamedArguments given(kParseSnapshot, args, kwargs);
  const std::string_view data = ToData("data", given[0]);
  if (!py::isinstance<Root>(given[1])) throw py::type_error("root: expected an expt.Root");
  const Trust trust{.root = given[1].cast<const Root&>(),
                    .environment = ToText("environment", given[2]),
                    .audience = ToAudience(given[3]),
                    .floor = ToFloor(given[4])};
  absl::StatusOr<Snapshot> snapshot = [&] {
    const py::gil_scoped_release released;
    return Snapshot::Parse(data, trust);
  }();
  if (!snapshot.ok()) Raise(snapshot.status());
  return std::make_unique<SnapshotEngine>(*std::move(snapshot));
}

SnapshotEngine WithOverlay(const SnapshotEngine& self, const std::vector<std::string>& emergency_off,
                           const std::string& stale) {
  return self.With({.emergency_off = emergency_off, .stale = ToStale("stale", stale)});
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
      .def_static("parse", &ParseRoot,
                  "parse(data, digest=None)\n\nReads a Root file; with `digest`, only the one whose SHA-256 that is.")
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
      .def_static("parse", &ParseSnapshot,
                  "parse(data, *, root, environment=None, audience=None, floor=None)\n\n"
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
