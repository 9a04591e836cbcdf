// Keys and a Root that everybody knows, so that targets sign what a fuzzer made up and get past the signature.
#ifndef EXPT_TESTS_FUZZ_SIGNED_ROOT_H_
#define EXPT_TESTS_FUZZ_SIGNED_ROOT_H_

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "src/host/crypto.h"
#include "src/host/signed_file.h"
#include "src/wire/root.h"

namespace expt::fuzz {

inline constexpr char kEnvironment[] = "env_fuzz";

inline host::SecretKey KeyOf(uint8_t number) {
  std::array<uint8_t, 32> seed{};
  seed[0] = number;
  return host::SecretKey::FromSeed(seed);
}

// Version 1: a root key, and one for the Heads and Snapshots of two environments, both in epoch 3.
inline wire::RootModel FirstRoot() {
  wire::RootModel root;
  root.root_version = 1;
  root.public_keys = {KeyOf(1).public_key(), KeyOf(2).public_key()};
  root.roles.push_back({wire::RoleKind::kRoot, "", 1, {0}});
  for (const char* environment : {kEnvironment, "env_other"}) {
    root.roles.push_back({wire::RoleKind::kHead, environment, 1, {1}});
    root.roles.push_back({wire::RoleKind::kSnapshot, environment, 1, {1}});
    root.epochs.push_back({environment, 3});
  }
  return root;
}

// A whole file of `payload`, signed by the root key and the other one.
inline std::string SignedFile(wire::PayloadType type, std::string_view payload) {
  const std::array<host::SecretKey, 2> keys = {KeyOf(1), KeyOf(2)};
  return host::MakeSignedFile(type, payload, keys);
}

}  // namespace expt::fuzz

#endif  // EXPT_TESTS_FUZZ_SIGNED_ROOT_H_
