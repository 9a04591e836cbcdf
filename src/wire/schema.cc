// root.proto and head.proto; audience.proto has no messages.
#include "src/wire/schema.h"

#include "src/wire/head.h"
#include "src/wire/message_fields.h"
#include "src/wire/root.h"

namespace expt::wire {
namespace {

constexpr FieldDescription kRoleFields[] = {
    Enum(1, EXPT_AT(Role, kind)),
    Text(2, EXPT_AT(Role, environment)),
    U32(3, EXPT_AT(Role, threshold)),
    List(4, EXPT_AT(Role, keys)),
};
void* MakeRole(void* list, size_t expected) {
  auto* const role = static_cast<Role*>(MakeRow<Role>(list, expected));
  role->kind = RoleKind{};  // what absent fields mean
  role->threshold = 0;
  return role;
}
constexpr MessageDescription kRole = {.name = "role", .fields = kRoleFields, .make = MakeRole};

constexpr FieldDescription kEnvironmentEpochFields[] = {
    Text(1, EXPT_AT(EnvironmentEpoch, environment)),
    I64(2, EXPT_AT(EnvironmentEpoch, epoch)),
};
constexpr MessageDescription kEnvironmentEpoch = {
    .name = "epoch", .fields = kEnvironmentEpochFields, .make = MakeRow<EnvironmentEpoch>};

constexpr FieldDescription kRootFields[] = {
    U32(1, EXPT_AT(RootModel, format_version)),
    I64(2, EXPT_AT(RootModel, root_version)),
    I64(3, EXPT_AT(RootModel, issued_at_ms)),
    I64(4, EXPT_AT(RootModel, expires_at_ms)),
    Bytes32s(5, EXPT_AT(RootModel, public_keys)),
    Repeated(Rows(6, EXPT_AT(RootModel, roles), kRole), Takes<Role, 72>()),
    Repeated(Rows(7, EXPT_AT(RootModel, epochs), kEnvironmentEpoch), Takes<EnvironmentEpoch, 40>()),
    Bytes32s(8, EXPT_AT(RootModel, revoked_key_hashes)),
};

constexpr FieldDescription kSnapshotRefFields[] = {
    I64(1, EXPT_AT(SnapshotRef, version)),
    Bytes32(2, EXPT_AT(SnapshotRef, digest)),
    I64(3, EXPT_AT(SnapshotRef, size_bytes)),
};
constexpr MessageDescription kSnapshotRef = {.name = "snapshot reference", .fields = kSnapshotRefFields};
void* MakeCandidate(void* at, size_t) { return &static_cast<std::optional<SnapshotRef>*>(at)->emplace(); }
constexpr MessageDescription kCandidate = {
    .name = "snapshot reference", .fields = kSnapshotRefFields, .make = MakeCandidate};

constexpr FieldDescription kHeadFields[] = {
    U32(1, EXPT_AT(HeadModel, format_version)),
    Text(2, EXPT_AT(HeadModel, environment)),
    Enum(3, EXPT_AT(HeadModel, audience)),
    I64(4, EXPT_AT(HeadModel, root_version)),
    I64(5, EXPT_AT(HeadModel, epoch)),
    I64(6, EXPT_AT(HeadModel, head_number)),
    I64(7, EXPT_AT(HeadModel, issued_at_ms)),
    I64(8, EXPT_AT(HeadModel, expires_at_ms)),
    MessageAt(9, kSnapshotRef, EXPT_AT(HeadModel, stable).offset),
    Rows(10, EXPT_AT(HeadModel, candidate), kCandidate),
    U32(11, EXPT_AT(HeadModel, candidate_ppm)),
    Texts(12, EXPT_AT(HeadModel, emergency_off)),
    U32(13, EXPT_AT(HeadModel, poll_interval_ms)),
    U32(14, EXPT_AT(HeadModel, fetch_jitter_ms)),
};

}  // namespace

constinit const MessageDescription kRootMessage = {.name = "root", .fields = kRootFields};
constinit const MessageDescription kHeadMessage = {.name = "head", .fields = kHeadFields};

}  // namespace expt::wire
