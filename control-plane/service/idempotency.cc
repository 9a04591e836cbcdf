#include "control-plane/service/idempotency.h"

#include <algorithm>
#include <chrono>

#include "control-plane/service/stored.h"
#include "control-plane/storage/state_store.h"

namespace expt::service {
namespace {

constexpr size_t kMaxIdempotencyKeySize = 255;
constexpr int64_t kMaxKeysOfOne = 10'000;
constexpr std::chrono::milliseconds kRemembered = std::chrono::hours(24);

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

Idempotency::Idempotency(storage::StateStore& state) : state_(state), process_(NewId("run_")) {}

Result<Idempotency::Turn> Idempotency::Begin(std::string_view principal, std::string_view key, const Digest& digest,
                                             Time now) {
  if (key.empty() || key.size() > kMaxIdempotencyKeySize || !IsPrintable(key)) {
    return Fault{.status = 400, .detail = "idempotency-key: expected 1 to 255 printable characters without blanks"};
  }
  Turn turn;
  turn.request = {.principal = std::string(principal),
                  .key = std::string(key),
                  .digest = digest,
                  .process = process_,
                  .begun_ms = Milliseconds(now)};
  const auto earlier = state_.BeginKeyed(turn.request, Milliseconds(now - kRemembered), kMaxKeysOfOne);
  if (absl::IsResourceExhausted(earlier.status())) {
    return Fault{.status = 429, .detail = "too many idempotency keys within a day"};
  }
  if (!earlier.ok()) return StorageFault(earlier.status());
  if (!earlier->has_value()) return turn;
  const storage::KeyedRequest& known = **earlier;
  if (known.digest != digest) {
    return Fault{.status = 422, .detail = "idempotency-key: it was sent with another request before"};
  }
  if (!known.is_finished) {
    return Conflict(known.process == process_
                        ? "the request with this idempotency key is under way"
                        : "the request with this idempotency key was cut off; look whether it was done, and send "
                          "it under another key if it was not");
  }
  if (known.reply.empty()) {
    return Conflict("the request with this idempotency key was done; its reply held a secret, which is shown once");
  }
  turn.reply = known.reply;
  return turn;
}

// Where these fail the row says "under way" or "cut off" later on: nothing is done twice.
void Idempotency::Finish(const Turn& turn, std::string_view reply) { (void)state_.FinishKeyed(turn.request, reply); }
void Idempotency::Forget(const Turn& turn) { (void)state_.ForgetKeyed(turn.request); }

}  // namespace expt::service
