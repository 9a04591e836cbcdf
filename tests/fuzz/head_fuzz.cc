// The payload of a Head, signed by a key that may: decoded, and accepted or not against a floor and a clock. The first
// 24 bytes of the input are epoch, head number and time.
#include <string>
#include <string_view>
#include <utility>

#include "expt/snapshot.h"
#include "src/core/head.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/signed_root.h"

namespace expt::fuzz {
namespace {

const Root& TrustedRoot() {
  static const Root root = [] {
    absl::StatusOr<Root> parsed = Root::Parse(SignedFile(wire::PayloadType::kRoot, wire::EncodeRoot(FirstRoot())));
    Expect(parsed.ok(), "the first Root opens");
    return *std::move(parsed);
  }();
  return root;
}

absl::StatusOr<core::AcceptedHead> Open(std::string_view file, const core::HeadFloor& floor, Time now) {
  return core::OpenHead(file, TrustedRoot(), kEnvironment, Audience::kServer, floor, now);
}

void Accept(const std::string& file, const core::HeadFloor& floor, Time now) {
  const absl::StatusOr<core::AcceptedHead> accepted = Open(file, floor, now);
  if (!accepted.ok()) {
    Expect(LoadErrorOf(accepted.status()).has_value(), "a refusal has a code");
    return;
  }
  const wire::HeadModel& head = accepted->head;
  Expect(head.environment == kEnvironment && head.audience == Audience::kServer, "only the own Head is accepted");
  Expect(head.epoch == 3 && head.root_version <= 1, "only a Head of the Root's epoch, and of no newer Root");
  Expect(std::pair(head.epoch, head.head_number) >= std::pair(floor.epoch, floor.head_number), "no older Head");
  Expect(now.time_since_epoch().count() < head.expires_at_ms, "no Head past its end");

  core::HeadFloor next{.epoch = head.epoch, .head_number = head.head_number, .digest = accepted->digest};
  Expect(Open(file, next, now).ok(), "a Head is accepted again");
  ++next.digest->front();
  Expect(!Open(file, next, now).ok(), "not when another one had its number");
  if (head.head_number == INT64_MAX) return;
  ++next.head_number;
  Expect(!Open(file, next, now).ok(), "not after a newer one");
}

}  // namespace
}  // namespace expt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  expt::fuzz::Input input(data, size);
  const int64_t epoch = input.Integer();
  const int64_t number = input.Integer();
  const expt::Time now{std::chrono::milliseconds(input.Integer())};
  const std::string file = expt::fuzz::SignedFile(expt::wire::PayloadType::kHead, input.Rest());
  expt::fuzz::Accept(file, {.epoch = epoch, .head_number = number, .digest = {}}, now);
  expt::fuzz::Accept(file, {}, {});
  return 0;
}
