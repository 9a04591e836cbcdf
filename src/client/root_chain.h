// The Roots that a client trusts, from the pinned one to the newest.
#ifndef EXPT_SRC_CLIENT_ROOT_CHAIN_H_
#define EXPT_SRC_CLIENT_ROOT_CHAIN_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "expt/snapshot.h"

namespace expt::client {

// What makes a first Root trusted: a digest that is known, or bytes that the program gave.
struct RootAnchor {
  std::optional<Digest> pin;
  std::string_view file;  // whole; looked at without a pin
};

// Not thread-safe. Copies are snapshots of the chain.
class RootChain {
 public:

  bool empty() const { return files_.empty(); }
  const Root& newest() const { return newest_; }
  const std::vector<std::string>& files() const { return files_; }

  // Starts the chain with a file whose digest is `pin`.
  //
  // Errors: as Root::Parse; DIGEST_MISMATCH for another file.
  absl::Status Start(std::string_view file, const Digest& pin);
  // Starts the chain with a file that the caller trusts.
  absl::Status Start(std::string_view file);

  // Starts the chain with the file among `files` that the anchor means, and adds all that follow it there.
  //
  // Errors: UNKNOWN_KEY when it is not among them; as Start() and Extend().
  absl::Status StartAmong(std::span<const std::string> files, const RootAnchor& anchor);

  // Adds the next version. It must be signed by the thresholds of the newest Root and of its own.
  //
  // Errors: as Root::Parse; ROLLBACK when its version is not the next one or an epoch falls.
  absl::Status Extend(std::string_view file);

  // Whether the newest Root is past its own end at `now`.
  bool IsExpired(Time now) const;

 private:
  absl::Status StartWith(std::string_view file, const std::optional<Digest>& pin);

  std::vector<std::string> files_;
  Root newest_;
};

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_ROOT_CHAIN_H_
