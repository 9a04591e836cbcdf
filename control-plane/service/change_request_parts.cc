#include "control-plane/service/change_request_parts.h"

#include <algorithm>
#include <charconv>

#include "control-plane/service/instant.h"
#include "control-plane/service/stored.h"

namespace expt::service {

using nlohmann::json;
using storage::ChangeRequest;
using storage::ChangeRequestState;

std::string_view StateName(ChangeRequestState state) {
  return kChangeRequestStates[static_cast<size_t>(state) - 1].second;
}

bool IsOver(const ChangeRequest& request) {
  return request.state == ChangeRequestState::kApplied || request.state == ChangeRequestState::kClosed;
}

Fault WrongState(const ChangeRequest& request, std::string_view more) {
  return Conflict(Named("change request", request.id) + " is " + std::string(StateName(request.state)) +
                  std::string(more));
}

std::vector<Edit> EditsOf(const ChangeRequest& request) {
  Problems none;
  const json document = json::parse(request.document);
  ObjectReader object(document, "", none);
  return ReadEdits(object, none);
}

bool IsAuthor(const ChangeRequest& request, const std::string& person) {
  const json authors = json::parse(request.authors);
  return std::find(authors.begin(), authors.end(), person) != authors.end();
}

storage::Note NoteOf(const ChangeRequest& request, std::string action, const json& after) {
  return {.action = std::move(action),
          .subject = {request.project, request.environment, std::string(kChangeRequestKind), request.id},
          .after = Dump(after)};
}

json InstantOrNull(int64_t time_ms) { return time_ms == 0 ? json(nullptr) : json(FormatInstant(time_ms)); }

Result<int64_t> NumberOfCursor(const std::string& cursor) {
  int64_t number = 0;
  const char* end = cursor.data() + cursor.size();
  const auto [stop, error] = std::from_chars(cursor.data(), end, number);
  if (!cursor.empty() && (error != std::errc() || stop != end || number < 1)) {
    return Malformed("cursor: expected the one of a page");
  }
  return number;
}

}  // namespace expt::service
