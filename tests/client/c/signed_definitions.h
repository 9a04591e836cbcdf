// Definitions as JSON (tests/vectors/README.md), signed, and loaded through expt/c.h.
#ifndef EXPT_TESTS_CLIENT_C_SIGNED_DEFINITIONS_H_
#define EXPT_TESTS_CLIENT_C_SIGNED_DEFINITIONS_H_

#include <nlohmann/json.hpp>
#include <string>

#include "tests/client/c/handles.h"

namespace expt::test {

struct SignedDefinitions {
  std::string root;  // file
  std::string snapshot;
};

// Also definitions that loading must refuse.
SignedDefinitions Sign(const nlohmann::json& snapshot);

// Null and a failed expectation where loading fails.
CRoot LoadRoot(const std::string& file);
CSnapshot Load(const SignedDefinitions& files);

}  // namespace expt::test

#endif  // EXPT_TESTS_CLIENT_C_SIGNED_DEFINITIONS_H_
