// Earlier revisions of documents, as the audit has them, and the way back to one.
#ifndef EXPT_CONTROL_PLANE_SERVICE_HISTORY_H_
#define EXPT_CONTROL_PLANE_SERVICE_HISTORY_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "control-plane/service/service.h"

namespace expt::service {

// A kind of documents, or nothing for the configurations of flags.
using DocumentKind = std::optional<Kind>;

// Thread-safe. What it is given must outlive it.
class History {
 public:
  History(Service& service, storage::StateStore& state) : service_(service), state_(state) {}

  // Newest first: {revision, time, actor, action, changes}, where the changes are against the revision before. The
  // cursor is a revision.
  Result<Page> List(DocumentKind kind, const Where& where, const ListOptions& options);
  // With the whole body. The changes are against `against`, or the revision before when that is nothing.
  Result<nlohmann::json> Get(DocumentKind kind, const Where& where, int64_t revision, std::optional<int64_t> against);
  // {"to": 3}: a new revision with the body of that one, under the rules of every other change.
  Result<Versioned> Revert(const Call& call, DocumentKind kind, const Where& where, const nlohmann::json& body,
                           std::optional<int64_t> revision);

 private:
  // 404 where the document is not there.
  std::optional<Fault> CheckDocument(DocumentKind kind, const Where& where);
  Result<nlohmann::json> BodyAt(DocumentKind kind, const Where& where, int64_t revision);

  Service& service_;
  storage::StateStore& state_;
};

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_HISTORY_H_
