#include "context_reader.h"

#include <algorithm>
#include <numeric>

#include "text.h"

namespace expt::python {
namespace {

constexpr int kMaxDepth = 32;
// More dicts than this make a context as invalid as too many attributes do; a dict that holds itself ends here.
constexpr int kMaxDicts = static_cast<int>(kMaxContextAttributes);

constexpr std::string_view kTargetingKeyAlias = "targetingKey";

// Names of its own only, one level, and no more attributes than a context takes: its values can be looked up by name.
bool IsPlain(PyObject* dict) {
  if (static_cast<size_t>(PyDict_GET_SIZE(dict)) > kMaxContextAttributes) return false;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(dict, &position, &key, &value)) {
    if (!PyUnicode_CheckExact(key) || PyDict_Check(value)) return false;
  }
  return true;
}

// Borrowed; null when it is not there. `dict` is plain, so no foreign comparison runs.
PyObject* Look(PyObject* dict, PyObject* key) { return PyDict_GetItemWithError(dict, key); }

}  // namespace

void ContextReader::Add(std::string_view name, PyObject* value) {
  attributes_.push_back({name, Convert(value)});
  depths_.push_back(0);
}

ValueView ContextReader::Convert(PyObject* value) {
  if (PyUnicode_Check(value)) {
    const auto text = TextOf(value);
    return text ? ValueView(*text) : ValueView();
  }
  if (PyBool_Check(value)) return value == Py_True;
  if (PyLong_Check(value)) {
    int overflow = 0;
    const long long integer = PyLong_AsLongLongAndOverflow(value, &overflow);
    return overflow == 0 ? ValueView(integer) : ValueView();
  }
  if (PyFloat_Check(value)) return PyFloat_AS_DOUBLE(value);
  if (PyList_Check(value) || PyTuple_Check(value)) {
    return ConvertList(PySequence_Fast_ITEMS(value), PySequence_Fast_GET_SIZE(value));
  }
  return {};
}

ValueView ContextReader::ConvertList(PyObject* const* items, Py_ssize_t count) {
  std::vector<std::string_view> texts(static_cast<size_t>(count));
  for (Py_ssize_t i = 0; i < count; ++i) {
    const auto text = TextOf(items[i]);
    if (!text) return {};
    texts[static_cast<size_t>(i)] = *text;
  }
  return ValueView(std::span<const std::string_view>(lists_.emplace_back(std::move(texts))));
}

void ContextReader::Flatten(PyObject* dict, const std::string& prefix, int depth) {
  ++dicts_;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(dict, &position, &key, &value)) {
    if (dicts_ > kMaxDicts || attributes_.size() > kMaxContextAttributes) return;  // invalid already
    if (!PyUnicode_Check(key)) continue;
    const auto text = TextOf(key);
    if (PyDict_Check(value)) {
      if (text && depth < kMaxDepth) Flatten(value, prefix + std::string(*text) + ".", depth + 1);
      continue;
    }
    std::string_view name;  // empty: counted, and missing
    if (text) name = depth == 0 ? *text : std::string_view(names_.emplace_back(prefix + std::string(*text)));
    attributes_.push_back({name, Convert(value)});
    depths_.push_back(depth);
  }
}

Context ContextReader::Make() {
  if (dicts_ > kMaxDicts) return InvalidContext();
  if (std::all_of(depths_.begin(), depths_.end(), [](int depth) { return depth == 0; })) {
    return Context(std::span<const Attribute>(attributes_));
  }
  // The deepest first, so that of equal names the least nested is the last.
  std::vector<size_t> order(attributes_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [this](size_t a, size_t b) { return depths_[a] > depths_[b]; });
  std::vector<Attribute> sorted;
  sorted.reserve(order.size());
  for (const size_t i : order) sorted.push_back(attributes_[i]);
  return Context(std::span<const Attribute>(sorted));
}

Context ReadAll(PyObject* dict) {
  ContextReader reader;
  reader.AddAll(dict);
  return reader.Make();
}

Context ReadNamed(PyObject* dict, const FlagEntry& flag) {
  static PyObject* const alias = PyUnicode_InternFromString(kTargetingKeyAlias.data());
  static PyObject* const targeting_key = PyUnicode_InternFromString(kTargetingKey.data());
  if (!IsPlain(dict)) return ReadAll(dict);
  PyObject* const by_alias = Look(dict, alias);
  if (by_alias != nullptr && Look(dict, targeting_key) != nullptr) return ReadAll(dict);
  // Kept between calls: the GIL is held and no code of the dict's objects runs.
  static auto* const attributes = new std::vector<Attribute>();
  attributes->clear();
  ContextReader reader;
  for (size_t i = 0; i < flag.names.size(); ++i) {
    PyObject* value = Look(dict, flag.keys[i].get());
    if (value == nullptr && by_alias != nullptr && flag.names[i] == kTargetingKey) value = by_alias;
    if (value != nullptr) attributes->push_back({flag.names[i], reader.Convert(value)});
  }
  return Context(std::span<const Attribute>(*attributes));
}

const Context& InvalidContext() {
  static const Context* const invalid = new Context("a", {{kTargetingKeyAlias, "b"}});
  return *invalid;
}

}  // namespace expt::python
