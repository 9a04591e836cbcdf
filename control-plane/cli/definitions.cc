#include "control-plane/cli/definitions.h"

#include <set>
#include <utility>

#include "control-plane/cli/status.h"

namespace expt::cli {
namespace {

using nlohmann::json;

struct Kind {
  const char* name;  // member of the file
  const char* one;   // in messages
  std::vector<json> Definitions::*list;
};

constexpr Kind kKinds[] = {
    {"attributes", "attribute", &Definitions::attributes},
    {"flags", "flag", &Definitions::flags},
    {"segments", "segment", &Definitions::segments},
    {"metrics", "metric", &Definitions::metrics},
    {"layers", "layer", &Definitions::layers},
    {"holdouts", "holdout", &Definitions::holdouts},
    {"experiments", "experiment", &Definitions::experiments},
};

// Brings one document to what `wanted` says. `collection` is the path that ends before "/<key>".
Change Bring(ApiClient& api, const std::string& collection, const std::string& place, const json& wanted) {
  const std::string path = collection + "/" + PathSegment(TextAt(wanted, "key"));
  const absl::StatusOr<ApiReply> current = api.Get(path);
  if (current.ok()) {
    if (Contains(current->body, wanted)) return {Change::Kind::kUnchanged, place, ""};
    const absl::StatusOr<ApiReply> put = api.Put(path, KeepSalts(current->body, wanted), current->etag);
    if (!put.ok()) return {Change::Kind::kFailed, place, Text(put.status())};
    return {Change::Kind::kReplaced, place, ""};
  }
  if (current.status().code() != absl::StatusCode::kNotFound) {
    return {Change::Kind::kFailed, place, Text(current.status())};
  }
  const absl::StatusOr<ApiReply> post = api.Post(collection, wanted);
  if (!post.ok()) return {Change::Kind::kFailed, place, Text(post.status())};
  return {Change::Kind::kCreated, place, ""};
}

// A flag's configuration exists from the flag's creation on, so it is only replaced.
Change BringConfiguration(ApiClient& api, const std::string& path, const std::string& place, const json& wanted) {
  const absl::StatusOr<ApiReply> current = api.Get(path);
  if (!current.ok()) return {Change::Kind::kFailed, place, Text(current.status())};
  if (Contains(current->body, wanted)) return {Change::Kind::kUnchanged, place, ""};
  const absl::StatusOr<ApiReply> put = api.Put(path, KeepSalts(current->body, wanted), current->etag);
  if (!put.ok()) return {Change::Kind::kFailed, place, Text(put.status())};
  return {Change::Kind::kReplaced, place, ""};
}

// Names that stand twice in one object: a parser would keep one of the two and say nothing.
class DoubledNames {
 public:
  json::parser_callback_t Callback() {
    return [this](int, json::parse_event_t event, json& parsed) {
      if (event == json::parse_event_t::object_start) open_.emplace_back();
      if (event == json::parse_event_t::object_end) open_.pop_back();
      if (event == json::parse_event_t::key && !open_.back().insert(parsed.get<std::string>()).second) {
        names_.push_back(parsed.get<std::string>());
      }
      return true;
    };
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::set<std::string>> open_;  // names of each object that is not at its end yet
  std::vector<std::string> names_;
};

}  // namespace

std::string NameOf(const char* kind, const std::string& key) { return std::string(kind) + " \"" + key + "\""; }

absl::StatusOr<Definitions> ParseDefinitions(std::string_view text) {
  DoubledNames doubled;
  const json document = json::parse(text.begin(), text.end(), doubled.Callback(), false, true);
  if (document.is_discarded()) {
    std::string problem = "definitions: not JSON";
    try {
      const json again = json::parse(text.begin(), text.end(), nullptr, true, true);
    } catch (const json::parse_error& error) {
      problem = "definitions: at byte " + std::to_string(error.byte) + ": not JSON";
    } catch (const json::out_of_range&) {
      problem = "definitions: a number is too large";
    }
    return InvalidArgument(problem);
  }
  if (!document.is_object()) return InvalidArgument("definitions: expected a JSON object");
  Definitions definitions;
  std::string problems;
  const auto complain = [&problems](const std::string& problem) {
    problems += (problems.empty() ? "" : "\n") + problem;
  };
  for (const std::string& name : doubled.names()) complain("definitions: member \"" + name + "\" is given twice");
  for (const auto& [name, entries] : document.items()) {
    const Kind* kind = nullptr;
    for (const Kind& candidate : kKinds) {
      if (name == candidate.name) kind = &candidate;
    }
    if (!kind) {
      complain("definitions: unknown member \"" + name +
               "\", expected attributes, segments, flags, metrics, layers, holdouts or experiments");
      continue;
    }
    if (!entries.is_array()) {
      complain("definitions: \"" + name + "\": expected an array");
      continue;
    }
    std::set<std::string> keys;
    for (size_t i = 0; i < entries.size(); ++i) {
      const std::string key = TextAt(entries[i], "key");
      if (key.empty()) {
        complain("definitions: \"" + name + "\": entry " + std::to_string(i) + ": expected an object with a \"key\"");
      } else if (!keys.insert(key).second) {
        complain("definitions: " + NameOf(kind->one, key) + " is given twice");
      }
      (definitions.*kind->list).push_back(entries[i]);
    }
  }
  if (!problems.empty()) return InvalidArgument(problems);
  return definitions;
}

std::vector<Change> ApplyDefinitions(ApiClient& api, const std::string& project, const std::string& environment,
                                     const Definitions& definitions) {
  const std::string shared = ProjectPath(project);
  const std::string own = EnvironmentPath(project, environment);
  std::vector<Change> changes;
  const auto bring_all = [&](const std::string& collection, const char* one, const std::vector<json>& documents) {
    for (const json& document : documents) {
      changes.push_back(Bring(api, collection, NameOf(one, TextAt(document, "key")), document));
    }
  };
  bring_all(shared + "/attributes", "attribute", definitions.attributes);
  for (const json& flag : definitions.flags) {
    json definition = flag;
    definition.erase("configuration");
    changes.push_back(Bring(api, shared + "/flags", NameOf("flag", TextAt(flag, "key")), definition));
  }
  bring_all(shared + "/segments", "segment", definitions.segments);
  bring_all(shared + "/metrics", "metric", definitions.metrics);
  bring_all(own + "/layers", "layer", definitions.layers);
  bring_all(own + "/holdouts", "holdout", definitions.holdouts);
  bring_all(own + "/experiments", "experiment", definitions.experiments);
  for (const json& flag : definitions.flags) {
    if (!flag.contains("configuration")) continue;
    const std::string key = TextAt(flag, "key");
    changes.push_back(BringConfiguration(api, own + "/flags/" + PathSegment(key),
                                         NameOf("flag", key) + ": configuration", flag["configuration"]));
  }
  return changes;
}

absl::StatusOr<json> CreateIfMissing(ApiClient& api, const std::string& collection, const std::string& key,
                                     const json& document) {
  const std::string path = collection + "/" + PathSegment(key);
  absl::StatusOr<ApiReply> current = api.Get(path);
  if (current.ok()) return std::move(current->body);
  if (current.status().code() != absl::StatusCode::kNotFound) return current.status();
  const absl::StatusOr<ApiReply> created = api.Post(collection, document);
  if (!created.ok()) return created.status();
  absl::StatusOr<ApiReply> stored = api.Get(path);
  if (!stored.ok()) return stored.status();
  return std::move(stored->body);
}

bool Contains(const json& current, const json& wanted) {
  if (wanted.is_object()) {
    if (!current.is_object()) return false;
    for (const auto& [name, value] : wanted.items()) {
      const auto found = current.find(name);
      // A member that the server does not store because it is null or absent means the same.
      if (found == current.end()) {
        if (!value.is_null()) return false;
      } else if (!Contains(*found, value)) {
        return false;
      }
    }
    return true;
  }
  if (wanted.is_array()) {
    if (!current.is_array() || current.size() != wanted.size()) return false;
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (!Contains(current[i], wanted[i])) return false;
    }
    return true;
  }
  return current == wanted;
}

json KeepSalts(const json& current, json wanted) {
  if (wanted.is_object() && current.is_object()) {
    for (auto& [name, value] : wanted.items()) {
      const auto found = current.find(name);
      if (found != current.end()) value = KeepSalts(*found, std::move(value));
    }
    if (!wanted.contains("salt") && current.contains("salt")) wanted["salt"] = current["salt"];
  } else if (wanted.is_array() && current.is_array()) {
    for (size_t i = 0; i < wanted.size(); ++i) {
      const json* counterpart = i < current.size() ? &current[i] : nullptr;
      for (const char* name : {"id", "key"}) {
        const std::string wanted_name = TextAt(wanted[i], name);
        if (wanted_name.empty()) continue;
        counterpart = nullptr;
        for (const json& candidate : current) {
          if (TextAt(candidate, name) == wanted_name) counterpart = &candidate;
        }
        break;
      }
      if (counterpart) wanted[i] = KeepSalts(*counterpart, std::move(wanted[i]));
    }
  }
  return wanted;
}

}  // namespace expt::cli
