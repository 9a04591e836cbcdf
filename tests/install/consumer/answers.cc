// A client with fixed flags, as a test of a program has it.
#include <iostream>

#include "expt/testing.h"

int main() {
  expt::testing::FixedFlags flags({{"page-size", 50}});
  const expt::Client client = flags.client();
  flags.Assign("checkout-test", "treatment");
  const expt::Context user("user-42");
  std::cout << client.Value("page-size", user, 20) << " " << client.Variant("checkout-test", user, "control") << " "
            << flags.events().size() << "\n";
  return 0;
}
