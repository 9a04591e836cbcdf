// Options, checked and taken apart once.
#ifndef EXPT_SRC_CLIENT_SETTINGS_H_
#define EXPT_SRC_CLIENT_SETTINGS_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "expt/options.h"
#include "expt/snapshot.h"
#include "src/client/root_chain.h"
#include "src/client/saved_snapshot.h"
#include "src/wire/sdk_key.h"

namespace expt::client {

struct Settings {
  ClientOptions given;    // as the program gave them
  ClientOptions options;  // with what was left out filled in
  wire::SdkKey key;
  std::optional<Root> root;             // of options.root
  std::optional<SavedSnapshot> bundle;  // of options.bundle, which is empty then
  std::array<uint8_t, 16> instance_id{};
};

// The Root of the options, or else the pin of the key. A view into `settings`.
RootAnchor AnchorOf(const Settings& settings);

// Errors: kInvalidArgument, naming the option.
absl::StatusOr<Settings> CheckOptions(ClientOptions options);

}  // namespace expt::client

#endif  // EXPT_SRC_CLIENT_SETTINGS_H_
