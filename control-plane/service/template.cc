#include "control-plane/service/template.h"

#include <algorithm>
#include <utility>

#include "control-plane/service/experiment.h"
#include "control-plane/service/flag.h"
#include "control-plane/service/flag_configuration.h"

namespace expt::service {
namespace {

using nlohmann::json;

// Of a document that is a template's body, where what is missing may still come.
Problems ProblemsOfBody(const std::string& of, const json& body) {
  Problems problems;
  if (of == "rule") {
    (void)ReadFlagConfiguration({{"rules", json::array({body})}}, problems);
    constexpr std::string_view kRule = "/rules/0";
    for (Problem& problem : problems) {
      if (problem.pointer.starts_with(kRule)) problem.pointer.erase(0, kRule.size());
    }
    return problems;
  }
  json document = body;
  if (of == "experiment" && document.contains("metrics") && document["metrics"].is_array()) {
    // Groups are expanded when there is an experiment.
    json& metrics = document["metrics"];
    metrics.erase(std::remove_if(metrics.begin(), metrics.end(),
                                 [](const json& entry) { return entry.is_object() && entry.contains("group"); }),
                  metrics.end());
  }
  if (of == "flag") {
    (void)ReadFlag(document, problems);
  } else {
    (void)ReadExperiment(document, problems);
  }
  // What a document needs and the body does not have is written by who uses it.
  std::erase_if(problems, [&body](const Problem& problem) {
    return problem.pointer.rfind('/') == 0 && !body.contains(problem.pointer.substr(1));
  });
  return problems;
}

// A salt that many share would not keep their units apart.
void RefuseSalts(const json& value, const std::string& pointer, Problems& problems) {
  if (!value.is_structured()) return;
  for (const auto& [name, inner] : value.items()) {
    if (value.is_object() && name == "salt" && !inner.is_null()) {
      problems.push_back({Child(pointer, name), "a template cannot say this: every salt is made for its document"});
    } else {
      RefuseSalts(inner, Child(pointer, name), problems);
    }
  }
}

}  // namespace

Template ReadTemplate(const json& document, Problems& problems) {
  Template made;
  ObjectReader object(document, "", problems);
  object.Allow({"id", "archived", "created", "updated"});
  made.key = object.Key("key");
  made.name = object.Text("name", false, 256);
  made.description = object.Text("description", false, 4096);
  made.of = object.Word("of", {"flag", "experiment", "rule"});
  if (const json* body = object.Object("body", true)) {
    made.body = *body;
    for (const char* name : {"key", "status", "start", "end", "phases", "id"}) {
      if (body->contains(name)) problems.push_back({Child("/body", name), "a template cannot say this"});
    }
    if (made.of != "flag") RefuseSalts(*body, "/body", problems);
    if (!made.of.empty()) {
      for (Problem& problem : ProblemsOfBody(made.of, *body)) {
        problems.push_back({"/body" + problem.pointer, std::move(problem.text)});
      }
    }
  }
  object.RefuseOthers();
  return made;
}

}  // namespace expt::service
