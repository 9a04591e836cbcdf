// Signs where the audit stands, so that its end cannot be cut off and written anew by who holds the database only.
//
//   DIR/keys/audit.key     the signing key, made on the first run
//   DIR/audit-heads.jsonl  one line for each signed head:
//   {"head":{"number":17,"time_ms":1900000000000,"hash":"<64 digits>"},"key_id":"<16>","signature":"<128>"}
//
// Signed bytes = "expt-audit-head/1\n" | the object `head` as it stands in the line.
#ifndef EXPT_CONTROL_PLANE_PUBLISH_AUDIT_SEAL_H_
#define EXPT_CONTROL_PLANE_PUBLISH_AUDIT_SEAL_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control-plane/publish/ticker.h"
#include "expt/snapshot.h"
#include "src/host/crypto.h"

namespace expt::storage {
class KeyStore;
class StateStore;
}  // namespace expt::storage

namespace expt::publish {

inline constexpr std::string_view kAuditHeadDomain = "expt-audit-head/1\n";

struct AuditHead {
  int64_t number = 0;  // of the entry whose hash is signed
  std::string line;    // without an end
};

struct AuditSealOptions {
  std::string folder;                             // DIR
  std::chrono::milliseconds interval{3'600'000};  // between two looks
  std::function<Time()> now;
  // Called with what went wrong in the thread; null: nobody listens.
  std::function<void(const absl::Status& status)> report = {};
};

// Thread-safe. Signs in its own thread between Start() and Stop(). What it is given must outlive it.
class AuditSeal {
 public:
  // Errors: kInvalidArgument (a key file or a line that cannot be read), and those of the key store and of the disk.
  static absl::StatusOr<std::unique_ptr<AuditSeal>> Open(storage::StateStore& state, storage::KeyStore& keys,
                                                         AuditSealOptions options);
  ~AuditSeal();  // stops

  void Start();
  // Signs once more.
  void Stop();

  // Signs the newest entry, unless that was done or there is none. The head is on disk when the call returns.
  absl::Status Seal();

  // In the order in which they were signed.
  std::vector<AuditHead> heads() const;
  wire::PublicKey public_key() const { return key_.public_key(); }

 private:
  AuditSeal(storage::StateStore& state, host::SecretKey key, AuditSealOptions options)
      : state_(state), key_(std::move(key)), options_(std::move(options)) {}
  absl::Status ReadHeads();

  storage::StateStore& state_;
  const host::SecretKey key_;
  const AuditSealOptions options_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<AuditHead> heads_;
  Ticker ticker_;
};

}  // namespace expt::publish

#endif  // EXPT_CONTROL_PLANE_PUBLISH_AUDIT_SEAL_H_
