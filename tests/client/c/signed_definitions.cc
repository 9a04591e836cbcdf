#include "tests/client/c/signed_definitions.h"

#include <gtest/gtest.h>

#include <array>

#include "src/host/signed_file.h"
#include "src/wire/root.h"
#include "src/wire/snapshot_codec.h"
#include "tests/vectors/definitions.h"

namespace expt::test {
namespace {

// Test keys; they protect nothing.
host::SecretKey KeyOf(uint8_t first) {
  std::array<uint8_t, 32> seed{};
  seed[0] = first;
  return host::SecretKey::FromSeed(seed);
}

}  // namespace

SignedDefinitions Sign(const nlohmann::json& snapshot) {
  const host::SecretKey root_key = KeyOf(1);
  const host::SecretKey snapshot_key = KeyOf(2);
  const model::Snapshot model = vectors::ModelOf(snapshot);
  wire::RootModel root;
  root.root_version = 1;
  root.public_keys = {root_key.public_key(), snapshot_key.public_key()};
  root.roles.push_back({wire::RoleKind::kRoot, "", 1, {0}});
  root.roles.push_back({wire::RoleKind::kSnapshot, std::string(model.environment), 1, {1}});
  root.epochs.push_back({std::string(model.environment), model.epoch});
  return {host::MakeSignedFile(wire::PayloadType::kRoot, wire::EncodeRoot(root), {{root_key}}),
          host::MakeSignedFile(wire::PayloadType::kSnapshot, wire::EncodeSnapshot(model), {{snapshot_key}})};
}

CRoot LoadRoot(const std::string& file) {
  expt_root* root = nullptr;
  expt_error* error = nullptr;
  EXPECT_EQ(expt_root_parse(file.data(), file.size(), nullptr, &root, &error), EXPT_OK)
      << Str(expt_error_message(CError(error).get()));
  return CRoot(root);
}

CSnapshot Load(const SignedDefinitions& files) {
  const CRoot root = LoadRoot(files.root);
  auto trust = Sized<expt_trust>();
  trust.root = root.get();
  expt_snapshot* snapshot = nullptr;
  expt_error* error = nullptr;
  EXPECT_EQ(expt_snapshot_parse(files.snapshot.data(), files.snapshot.size(), &trust, &snapshot, &error), EXPT_OK)
      << Str(expt_error_message(CError(error).get()));
  return CSnapshot(snapshot);
}

}  // namespace expt::test
