#include "src/core/head.h"

#include <string>

#include "src/base/message.h"
#include "src/base/status.h"
#include "src/core/accept.h"
#include "src/core/engine.h"
#include "src/host/signed_file.h"

namespace expt::core {
namespace {

base::Message PlaceOf(const wire::HeadModel& head) { return "head v" + base::Number(head.head_number) + ": "; }

absl::Status Failure(LoadCode code, const wire::HeadModel& head, base::MessagePart text) {
  return base::LoadFailure(code, PlaceOf(head).append(text));
}

// Step 9.
absl::Status CheckAddressee(const wire::HeadModel& head, std::string_view environment, Audience audience) {
  if (head.environment != environment) {
    return Failure(LoadCode::kWrongEnvironment, head,
                   base::Message("is of environment \"")
                       .append(head.environment)
                       .append("\", expected \"")
                       .append(environment)
                       .append("\""));
  }
  if (head.audience != audience) {
    return Failure(LoadCode::kWrongEnvironment, head, "is for another audience");
  }
  return absl::OkStatus();
}

// Step 10.
absl::Status CheckFloor(const wire::HeadModel& head, const Digest& digest, const wire::RootModel& root,
                        const HeadFloor& floor) {
  if (head.root_version > root.root_version) {
    return Failure(LoadCode::kUnknownKey, head,
                   base::Message("names root ")
                       .append(base::Number(head.root_version))
                       .append(", newer than the trusted root ")
                       .append(base::Number(root.root_version)));
  }
  return CheckMonotone("head", head.epoch, head.head_number, digest, root.Epoch(head.environment),
                       {.epoch = floor.epoch, .version = floor.head_number, .digest = floor.digest});
}

}  // namespace

absl::StatusOr<AcceptedHead> OpenHead(std::string_view file, const Root& root, std::string_view environment,
                                      Audience audience, const HeadFloor& floor, Time now) {
  const wire::RootModel& keys = KeysOf(root);
  // Without an environment any role would do, so none does.
  if (environment.empty()) {
    return base::LoadFailure(LoadCode::kWrongEnvironment, "head: expected an environment to compare with, got none");
  }
  const absl::StatusOr<host::OpenedFile> opened =
      host::OpenSignedFile(file, keys, {.type = wire::PayloadType::kHead, .environment = environment});
  if (!opened.ok()) return opened.status();
  absl::StatusOr<wire::HeadModel> head = wire::DecodeHead(opened->plain.view());
  if (!head.ok()) return head.status();
  absl::Status status = CheckAddressee(*head, environment, audience);
  if (status.ok()) status = CheckFloor(*head, opened->payload_digest, keys, floor);
  if (status.ok() && now.time_since_epoch().count() >= head->expires_at_ms) {
    status = Failure(LoadCode::kHeadExpired, *head, "has expired");
  }
  if (!status.ok()) return status;
  return AcceptedHead{*std::move(head), opened->payload_digest};
}

}  // namespace expt::core
