#include "src/core/accept.h"

#include <string>

#include "src/base/message.h"
#include "src/base/status.h"

namespace expt::core {
namespace {

base::MessagePart AudienceName(Audience audience) {
  return audience == Audience::kServer ? "servers" : audience == Audience::kClient ? "clients" : "nobody known";
}

absl::Status Differs(base::MessagePart what, base::MessagePart expected, base::MessagePart got) {
  base::Message text = "snapshot: expected ";
  for (const base::MessagePart part : {what, base::MessagePart(" \""), expected, base::MessagePart("\", got \""), got,
                                       base::MessagePart("\"")}) {
    text.append(part);
  }
  return base::LoadFailure(LoadCode::kWrongEnvironment, text);
}

}  // namespace

absl::Status CheckMonotone(base::MessagePart noun, int64_t epoch, int64_t number, const Digest& digest,
                           int64_t root_epoch, const Floor& floor) {
  const base::Message place = base::Message(noun) + " v" + base::Number(number);
  if (epoch != root_epoch) {
    return base::LoadFailure(
        epoch < root_epoch ? LoadCode::kRollback : LoadCode::kFastForward,
        place + ": epoch is " + base::Number(epoch) + ", expected that of the root, " + base::Number(root_epoch));
  }
  if (epoch < floor.epoch || number < 0 || (epoch == floor.epoch && number < floor.version)) {
    return base::LoadFailure(LoadCode::kRollback, place + " of epoch " + base::Number(epoch) + " is older than v" +
                                                      base::Number(floor.version) + " of epoch " +
                                                      base::Number(floor.epoch));
  }
  const bool is_same_epoch = epoch == floor.epoch;
  if (is_same_epoch && number == floor.version && floor.digest.has_value() && *floor.digest != digest) {
    return base::LoadFailure(LoadCode::kEquivocation, place + ": another content was seen under this version");
  }
  const int64_t from = is_same_epoch && floor.version > 0 ? floor.version : 0;  // a new epoch begins anew
  if (number - from > kMaxVersionStep) {
    return base::LoadFailure(LoadCode::kFastForward, place + ": is more than " + base::Number(kMaxVersionStep) +
                                                         " versions ahead of v" + base::Number(from));
  }
  return absl::OkStatus();
}

absl::Status CheckOrigin(const model::Snapshot& model, const Origin& origin, const Trust& trust) {
  if (model.environment != origin.signed_for) {
    return Differs("environment", origin.signed_for, model.environment);
  }
  if (!trust.environment.empty() && model.environment != trust.environment) {
    return Differs("environment", trust.environment, model.environment);
  }
  if (trust.audience.has_value() && model.audience != *trust.audience) {
    return Differs("audience", AudienceName(*trust.audience), AudienceName(model.audience));
  }
  return CheckMonotone("snapshot", model.epoch, model.version, origin.digest, origin.root_epoch, trust.floor);
}

}  // namespace expt::core
