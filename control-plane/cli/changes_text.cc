#include "control-plane/cli/changes_text.h"

#include <string_view>

#include "control-plane/cli/api_client.h"
#include "control-plane/cli/text_table.h"

namespace expt::cli {
namespace {

using nlohmann::json;

const json& ChangeMember(const json& object, const char* name) {
  static const json none;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() ? *found : none;
}

std::string NumberAt(const json& object, const char* name) {
  const json& number = ChangeMember(object, name);
  return number.is_number_integer() ? number.dump() : "?";
}

// A value of a document, in one line that a terminal shows.
std::string ShortText(const json& value) {
  constexpr size_t kMost = 60;
  const std::string text = value.dump(-1, ' ', true);
  return text.size() <= kMost ? text : text.substr(0, kMost) + "...";
}

}  // namespace

std::string ChangesTable(const std::vector<json>& requests) {
  TextTable table("lllrl");
  for (const json& request : requests) {
    table.Row({TextAt(request, "id"), TextAt(request, "state"),
               std::to_string(ChangeMember(request, "approvals").size()) + "/" + NumberAt(request, "approvals_needed"),
               std::to_string(ChangeMember(request, "edits").size()) + " edits", TextAt(request, "title")});
  }
  return table.Print();
}

std::string ChangeLine(const json& request) {
  std::string line = TextAt(request, "id") + " " + TextAt(request, "state");
  const json& applied = ChangeMember(request, "applied");
  if (applied.is_object()) {
    const bool is_live = ChangeMember(applied, "version").is_number_integer();
    line += is_live ? ": version " + NumberAt(applied, "version") : ", not published";
  }
  const std::string time = TextAt(request, "publish_at");
  if (!time.empty()) line += ", to be published at " + time;
  const json& failure = ChangeMember(request, "failure");
  if (failure.is_object()) line += "; failed: " + TextAt(failure, "text");
  return line;
}

std::string DiffText(const json& diff) {
  std::string text;
  for (const json& edit : ChangeMember(diff, "edits")) {
    text += TextAt(edit, "kind") + " \"" + TextAt(edit, "key") + "\", revision " + NumberAt(edit, "base_revision");
    if (ChangeMember(edit, "moved") == json(true)) text += ", changed since: revision " + NumberAt(edit, "revision");
    text += "\n";
    for (const json& change : ChangeMember(edit, "changes")) {
      const std::string pointer = TextAt(change, "pointer");
      text += "  " + (pointer.empty() ? "all of it" : pointer) + ": ";
      text += ShortText(ChangeMember(change, "before")) + " -> " + ShortText(ChangeMember(change, "after")) + "\n";
    }
  }
  for (const json& problem : ChangeMember(diff, "problems")) {
    text += "problem: " + TextAt(problem, "pointer") + ": " + TextAt(problem, "text") + "\n";
  }
  for (const json& warning : ChangeMember(diff, "warnings")) {
    if (warning.is_string()) text += "warning: " + warning.get<std::string>() + "\n";
  }
  return text;
}

}  // namespace expt::cli
